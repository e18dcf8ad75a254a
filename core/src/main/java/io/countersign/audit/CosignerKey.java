package io.countersign.audit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A witness's Ed25519 key, written as a C2SP vkey of type 0x04: its signatures carry the time at
 * which the witness saw the checkpoint (C2SP tlog-cosignature).
 */
public final class CosignerKey {
  private static final byte TIMESTAMPED = 4;

  private final VerifierKey key;
  private final int id;

  private CosignerKey(VerifierKey key) throws EvidenceException {
    this.key = key;
    MessageDigest digest = TreeHash.sha256();
    digest.update(StrictText.utf8(key.name()));
    digest.update((byte) '\n');
    digest.update(typed());
    this.id = ByteBuffer.wrap(digest.digest()).getInt();
  }

  /** The other half of the key that a witness signs with. */
  public static CosignerKey of(SigningKey signer) {
    try {
      return new CosignerKey(signer.verifierKey());
    } catch (EvidenceException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Reads a vkey; a wrong id, another algorithm or a second spelling is refused. */
  public static CosignerKey parse(String vkey) throws EvidenceException {
    String[] parts = vkey.split("\\+", 3);
    byte[] typed = parts.length == 3 ? StrictText.base64(parts[2]) : new byte[0];
    if (typed.length == 0 || typed[0] != TIMESTAMPED) {
      throw new EvidenceException(
          "a witness's key is written `name+id+base64`, with the type of timestamped Ed25519");
    }
    CosignerKey key =
        new CosignerKey(VerifierKey.of(parts[0], Arrays.copyOfRange(typed, 1, typed.length)));
    if (!key.toString().equals(vkey)) {
      throw new EvidenceException("the key's id does not belong to its name and bytes");
    }
    return key;
  }

  public String name() {
    return key.name();
  }

  int id() {
    return id;
  }

  boolean verifies(byte[] signed, byte[] signature) {
    return key.verifies(signed, signature);
  }

  private byte[] typed() {
    byte[] bytes = key.bytes();
    return ByteBuffer.allocate(1 + bytes.length).put(TIMESTAMPED).put(bytes).array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CosignerKey that && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return id;
  }

  /** The vkey. */
  @Override
  public String toString() {
    return name()
        + "+"
        + HexFormat.of().toHexDigits(id)
        + "+"
        + Base64.getEncoder().encodeToString(typed());
  }
}
