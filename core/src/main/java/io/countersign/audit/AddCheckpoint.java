package io.countersign.audit;

import io.countersign.action.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log asks of a witness: the body of {@code add-checkpoint} of C2SP tlog-witness.
 *
 * @param oldSize of the last checkpoint that the witness signed, as the log knows it
 * @param proof that the tree of the checkpoint extends that one
 * @param checkpoint a signed note
 */
public record AddCheckpoint(long oldSize, List<TreeHash> proof, String checkpoint) {
  private static final String OLD = "old ";
  private static final int MAX_PROOF = 63;

  public AddCheckpoint {
    proof = List.copyOf(proof);
  }

  /** Reads a body; whether the checkpoint is genuine is another question. */
  public static AddCheckpoint parse(byte[] body) throws EvidenceException {
    String text = StrictText.fromUtf8(body);
    int blank = text.indexOf("\n\n");
    if (!text.startsWith(OLD) || blank < 0) {
      throw new EvidenceException("expected `old SIZE`, a proof, an empty line and a checkpoint");
    }
    List<String> lines = List.of(text.substring(0, blank).split("\n", MAX_PROOF + 2));
    if (lines.size() > MAX_PROOF + 1) {
      throw new EvidenceException("the proof has too many hashes");
    }
    long oldSize = StrictText.number(lines.getFirst().substring(OLD.length()));
    List<TreeHash> proof = new ArrayList<>();
    for (String hash : lines.subList(1, lines.size())) {
      proof.add(TreeHash.parse(hash));
    }
    return new AddCheckpoint(oldSize, proof, text.substring(blank + 2));
  }

  /** What the address of a log's newest checkpoint, at a witness, calls the log. */
  public static String originHash(String origin) {
    return Digest.sha256(origin).value().substring("sha256:".length());
  }

  /** The body. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(OLD).append(oldSize).append('\n');
    proof.forEach(hash -> text.append(hash).append('\n'));
    return text.append('\n').append(checkpoint).toString();
  }
}
