package io.countersign.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** A SHA-256 hash of a Merkle tree as RFC 6962 section 2.1 defines it. */
public final class TreeHash {
  /** In bytes. */
  public static final int LENGTH = 32;

  /** The root of the tree without leaves. */
  public static final TreeHash EMPTY = new TreeHash(sha256().digest());

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private final byte[] bytes;

  private TreeHash(byte[] bytes) {
    this.bytes = bytes;
  }

  /** SHA-256(0x00 ‖ body). */
  public static TreeHash leaf(byte[] body) {
    MessageDigest digest = sha256();
    digest.update(LEAF);
    return new TreeHash(digest.digest(body));
  }

  /**
   * The leaf of a text's UTF-8 bytes.
   *
   * @throws IllegalArgumentException when the text holds half of a surrogate pair
   */
  public static TreeHash leaf(String body) {
    try {
      return leaf(StrictText.utf8(body));
    } catch (EvidenceException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** SHA-256(0x01 ‖ left ‖ right). */
  public static TreeHash node(TreeHash left, TreeHash right) {
    MessageDigest digest = sha256();
    digest.update(NODE);
    digest.update(left.bytes);
    return new TreeHash(digest.digest(right.bytes));
  }

  /**
   * @throws IllegalArgumentException when there are not 32 bytes
   */
  public static TreeHash of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a hash has 32 bytes");
    }
    return new TreeHash(bytes.clone());
  }

  /** Reads what {@link #toString} writes, and nothing else. */
  public static TreeHash parse(String base64) throws EvidenceException {
    byte[] bytes = StrictText.base64(base64);
    if (bytes.length != LENGTH) {
      throw new EvidenceException("a hash has 32 bytes");
    }
    return new TreeHash(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TreeHash hash && Arrays.equals(bytes, hash.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Canonical base64. */
  @Override
  public String toString() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
