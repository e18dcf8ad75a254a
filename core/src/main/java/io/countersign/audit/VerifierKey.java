package io.countersign.audit;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An Ed25519 key that signed notes are checked with, written as a C2SP vkey: {@code
 * name+hex(id)+base64(0x01 ‖ key)}. A log's key carries the log's origin as its name.
 */
public final class VerifierKey {
  private static final byte ED25519 = 1;
  private static final int KEY_LENGTH = 32;
  private static final int MAX_NAME = 255;
  // SubjectPublicKeyInfo of RFC 8410 up to the 32 bytes of the key.
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final byte[] key;
  private final int id;
  private final PublicKey publicKey;

  private VerifierKey(String name, byte[] key) throws EvidenceException {
    requireName(name);
    this.name = name;
    this.key = key;
    this.id = id(name, key);
    this.publicKey = publicKey(key);
  }

  static VerifierKey of(String name, PublicKey publicKey) throws EvidenceException {
    byte[] encoded = publicKey.getEncoded();
    return new VerifierKey(name, Arrays.copyOfRange(encoded, SPKI.length, encoded.length));
  }

  /** For a key that another type of signature names. */
  static VerifierKey of(String name, byte[] key) throws EvidenceException {
    if (key.length != KEY_LENGTH) {
      throw new EvidenceException("the key is not an Ed25519 key");
    }
    return new VerifierKey(name, key.clone());
  }

  byte[] bytes() {
    return key.clone();
  }

  /** Reads a vkey; a wrong id, another algorithm or a second spelling is refused. */
  public static VerifierKey parse(String vkey) throws EvidenceException {
    String[] parts = vkey.split("\\+", 3);
    if (parts.length != 3) {
      throw new EvidenceException("a key is written `name+id+base64`");
    }
    byte[] typed = StrictText.base64(parts[2]);
    if (typed.length != 1 + KEY_LENGTH || typed[0] != ED25519) {
      throw new EvidenceException("the key is not an Ed25519 key");
    }
    VerifierKey key = new VerifierKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
    if (!key.toString().equals(vkey)) {
      throw new EvidenceException("the key's id does not belong to its name and bytes");
    }
    return key;
  }

  public String name() {
    return name;
  }

  /** The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ key). */
  public int id() {
    return id;
  }

  /** Whether the signature over the bytes was made with this key. */
  public boolean verifies(byte[] signed, byte[] signature) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(publicKey);
      ed25519.update(signed);
      return ed25519.verify(signature);
    } catch (SignatureException | InvalidKeyException e) {
      // Half of all 32 bytes are no point of the curve; nothing is signed with such a key.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey that
        && name.equals(that.name)
        && Arrays.equals(key, that.key);
  }

  @Override
  public int hashCode() {
    return id;
  }

  /** The vkey. */
  @Override
  public String toString() {
    byte[] typed = ByteBuffer.allocate(1 + KEY_LENGTH).put(ED25519).put(key).array();
    return name
        + "+"
        + HexFormat.of().toHexDigits(id)
        + "+"
        + Base64.getEncoder().encodeToString(typed);
  }

  /** Signed notes allow neither spaces nor plus signs in a key's name. */
  static void requireName(String name) throws EvidenceException {
    boolean wellFormed =
        !name.isEmpty()
            && name.length() <= MAX_NAME
            && name.codePoints()
                .noneMatch(
                    c ->
                        c == '+'
                            || Character.isWhitespace(c)
                            || Character.isSpaceChar(c)
                            || Character.isISOControl(c));
    if (!wellFormed) {
      throw new EvidenceException("a key's name has no space and no `+`");
    }
  }

  private static int id(String name, byte[] key) throws EvidenceException {
    MessageDigest digest = TreeHash.sha256();
    digest.update(StrictText.utf8(name));
    digest.update((byte) '\n');
    digest.update(ED25519);
    return ByteBuffer.wrap(digest.digest(key)).getInt();
  }

  private static PublicKey publicKey(byte[] key) throws EvidenceException {
    byte[] encoded = ByteBuffer.allocate(SPKI.length + key.length).put(SPKI).put(key).array();
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new EvidenceException("the key is not an Ed25519 key");
    }
  }
}
