package io.countersign.store.verification;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to whether the stored log is what was signed. */
public sealed interface AuditReport {
  /** The place of what has none in the log, such as an anchor that cannot be read. */
  long UNKNOWN = -1;

  /**
   * It is.
   *
   * @param waiting events in the outbox, which nothing protects yet
   * @param anchored records of anchors that agree
   */
  record Intact(long entries, long checkpoints, long waiting, long anchored)
      implements AuditReport {
    @Override
    public String toString() {
      return "VALID: "
          + entries
          + " entries, "
          + checkpoints
          + " checkpoints, "
          + waiting
          + " waiting"
          + (anchored == 0 ? "" : ", " + anchored + " anchored");
    }
  }

  /**
   * It is not.
   *
   * @param index the first entry that is wrong, as exactly as the log still tells
   * @param further what else is wrong, for example with other anchors
   * @param proof two signed checkpoints that cannot both be of one log, where they were found
   */
  record Damaged(long index, String reason, List<String> further, @Nullable String proof)
      implements AuditReport {
    public Damaged {
      further = List.copyOf(further);
    }

    Damaged(long index, String reason) {
      this(index, reason, List.of(), null);
    }

    @Override
    public String toString() {
      return "INVALID: " + reason;
    }
  }
}
