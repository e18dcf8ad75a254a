package io.countersign.audit;

import java.util.List;

/**
 * The head of a log at one size, in the format of C2SP tlog-checkpoint. Its signer's name is the
 * log's origin.
 */
public record Checkpoint(String origin, long size, TreeHash root) {

  /** The signed form. */
  public String sign(SigningKey key) {
    if (!key.origin().equals(origin)) {
      throw new IllegalArgumentException("a checkpoint is signed by its own log");
    }
    return SignedNote.sign(text(), key).toString();
  }

  /** Checks a signed checkpoint: by a known key whose name is the checkpoint's origin. */
  public static Checkpoint open(String note, List<VerifierKey> keys) throws EvidenceException {
    return KeyRing.of(keys).open(note).checkpoint();
  }

  /** The three lines that are signed. */
  public String text() {
    return origin + "\n" + size + "\n" + root + "\n";
  }

  /** Reads what is signed, without trusting it. */
  public static Checkpoint parse(String text) throws EvidenceException {
    List<String> lines = List.of(text.split("\n", -1));
    // The text ends with a newline, so the split ends with an empty string; extension lines,
    // which the signature covers, may come before it.
    if (lines.size() < 4 || lines.subList(0, lines.size() - 1).stream().anyMatch(String::isEmpty)) {
      throw new EvidenceException("a checkpoint has lines for origin, size and root");
    }
    return new Checkpoint(
        lines.get(0), StrictText.number(lines.get(1)), TreeHash.parse(lines.get(2)));
  }
}
