package io.countersign.audit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That an entry stands in a log, in the format of C2SP tlog-proof@v1.
 *
 * @param extra base64 of data that nothing authenticates, where there is some
 * @param path the audit path, the leaf's sibling first
 * @param checkpoint the signed checkpoint, verbatim
 */
public record LogProof(@Nullable String extra, long index, List<TreeHash> path, String checkpoint) {
  private static final String HEADER = "c2sp.org/tlog-proof@v1";
  private static final String EXTRA = "extra ";
  private static final String INDEX = "index ";
  private static final int MAX_PATH = 63;

  public LogProof {
    path = List.copyOf(path);
  }

  public LogProof(long index, List<TreeHash> path, String checkpoint) {
    this(null, index, path, checkpoint);
  }

  public static LogProof parse(String proof) throws EvidenceException {
    int blank = proof.indexOf("\n\n");
    if (blank < 0) {
      throw new EvidenceException("the proof has no checkpoint");
    }
    List<String> lines = List.of(proof.substring(0, blank).split("\n", MAX_PATH + 4));
    int at = 0;
    if (!lines.get(at++).equals(HEADER)) {
      throw new EvidenceException("the proof does not begin with `" + HEADER + "`");
    }
    String extra = null;
    if (at < lines.size() && lines.get(at).startsWith(EXTRA)) {
      extra = lines.get(at++).substring(EXTRA.length());
      StrictText.base64(extra);
    }
    if (at == lines.size() || !lines.get(at).startsWith(INDEX)) {
      throw new EvidenceException("the proof has no index");
    }
    long index = StrictText.number(lines.get(at++).substring(INDEX.length()));
    if (lines.size() - at > MAX_PATH) {
      throw new EvidenceException("the proof has too many hashes");
    }
    List<TreeHash> path = new ArrayList<>();
    for (String hash : lines.subList(at, lines.size())) {
      path.add(TreeHash.parse(hash));
    }
    return new LogProof(extra, index, path, proof.substring(blank + 2));
  }

  /** The proof as it is stored and exchanged. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    if (extra != null) {
      text.append(EXTRA).append(extra).append('\n');
    }
    text.append(INDEX).append(index).append('\n');
    path.forEach(hash -> text.append(hash).append('\n'));
    return text.append('\n').append(checkpoint).toString();
  }
}
