package io.countersign.audit;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A witness's statement that a checkpoint is of the largest tree it saw of that log, all of them
 * consistent: {@code cosignature/v1} of C2SP tlog-cosignature.
 */
public final class Cosignature {
  private static final int SIGNATURE = 64;
  private static final int LENGTH = 4 + Long.BYTES + SIGNATURE;

  private Cosignature() {}

  /**
   * Signs a checkpoint.
   *
   * @param signed the checkpoint with the log's signature
   * @return the same with the cosignature alone, as a witness answers it
   */
  public static SignedNote.NoteSignature sign(SignedNote signed, SigningKey key, Instant now) {
    try {
      long time = now.getEpochSecond();
      byte[] signature = key.sign(message(time, signed.text()));
      CosignerKey cosigner = CosignerKey.of(key);
      byte[] bytes =
          ByteBuffer.allocate(LENGTH).putInt(cosigner.id()).putLong(time).put(signature).array();
      return new SignedNote.NoteSignature(
          cosigner.name(), cosigner.id(), Base64.getEncoder().encodeToString(bytes));
    } catch (EvidenceException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * The time of a witness's cosignature.
   *
   * @throws EvidenceException when there is none in the note, or it is wrong
   */
  public static Instant verify(SignedNote note, CosignerKey key) throws EvidenceException {
    List<Instant> times = new ArrayList<>();
    for (SignedNote.NoteSignature line : note.signatures()) {
      if (line.keyId() == key.id() && line.name().equals(key.name())) {
        times.add(time(note.text(), line, key));
      }
    }
    if (times.isEmpty()) {
      throw new EvidenceException("the witness `" + key.name() + "` did not sign this");
    }
    return times.getFirst();
  }

  private static Instant time(String text, SignedNote.NoteSignature line, CosignerKey key)
      throws EvidenceException {
    byte[] bytes = StrictText.base64(line.encoded());
    if (bytes.length == LENGTH) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      long time = buffer.getLong(4);
      byte[] signature = new byte[SIGNATURE];
      buffer.get(LENGTH - SIGNATURE, signature);
      // Zero would be a statement without a time, and beyond that no time at all.
      if (time > 0
          && time <= Instant.MAX.getEpochSecond()
          && key.verifies(message(time, text), signature)) {
        return Instant.ofEpochSecond(time);
      }
    }
    throw new EvidenceException("the cosignature of `" + key.name() + "` is wrong");
  }

  private static byte[] message(long time, String text) throws EvidenceException {
    return StrictText.utf8("cosignature/v1\ntime " + time + "\n" + text);
  }
}
