package io.countersign.activity.targets;

import io.countersign.store.action.ExecutionDao.Attempt;
import org.jspecify.annotations.Nullable;

/** What became of an attempt. */
public sealed interface Fate {

  /**
   * It took effect.
   *
   * @param fence of the attempt that did
   * @param digest of what ran, where the target kept it
   */
  record Committed(long fence, @Nullable String digest) implements Fate {}

  /** Nothing of it took effect, and nothing of it can any more. */
  record Aborted() implements Fate {}

  /** Its transaction, or its statement, goes on. */
  record Running() implements Fate {}

  /** Nobody can know by machine. */
  record Unknown(String why, Probe probe) implements Fate {}

  /** What a person can run on the target to find out. */
  enum Probe {
    /** Look for rows that the attempt's transaction wrote. */
    ROWS_OF_TRANSACTION,
    /** Look at the prepared transaction, which somebody must commit or roll back. */
    PREPARED_TRANSACTION,
    /** Look at the indexes of the tables, of which one may be invalid. */
    INDEXES,
    /** Ask whoever received the request. */
    RECEIVER,
    /** Look at the server's setting. */
    SETTING,
    /** Look at the marker. */
    LEDGER;

    /** By what the attempt left. */
    public static Probe of(Attempt attempt) {
      return switch (Proof.of(attempt)) {
        case LedgerProof _ -> LEDGER;
        case XidProof _ -> ROWS_OF_TRANSACTION;
        case NoProof _ -> attempt.xid() == null ? INDEXES : ROWS_OF_TRANSACTION;
      };
    }
  }
}
