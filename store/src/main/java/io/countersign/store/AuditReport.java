package io.countersign.store;

/** The answer to whether the stored log is what was signed. */
public sealed interface AuditReport {
  /**
   * It is.
   *
   * @param waiting events in the outbox, which nothing protects yet
   */
  record Intact(long entries, long checkpoints, long waiting) implements AuditReport {
    @Override
    public String toString() {
      return "VALID: "
          + entries
          + " entries, "
          + checkpoints
          + " checkpoints, "
          + waiting
          + " waiting";
    }
  }

  /**
   * It is not.
   *
   * @param index the first entry that is wrong, as exactly as the log still tells
   */
  record Damaged(long index, String reason) implements AuditReport {
    @Override
    public String toString() {
      return "INVALID: " + reason;
    }
  }
}
