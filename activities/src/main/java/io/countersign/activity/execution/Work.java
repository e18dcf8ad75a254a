package io.countersign.activity.execution;

import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.TargetSession;
import io.countersign.store.action.Outcome.Operated;
import io.countersign.store.result.ResultTable;
import org.jspecify.annotations.Nullable;

/** What an approved action does in the target's open transaction; it never commits. */
interface Work {
  /** True where PostgreSQL runs it in no transaction, so that it can be tried once only. */
  default boolean isOutsideTransaction() {
    return false;
  }

  /** Throws where nothing of it may stay. */
  Done run(TargetSession session) throws ExecutionFault;

  /**
   * What it did, should the COMMIT succeed.
   *
   * @param rows returned, or changed where none are returned
   * @param table the rows for the requester, masked; null where the statement returns none
   * @param operated what an operation met; null for every other kind
   */
  record Done(long rows, @Nullable ResultTable table, @Nullable Operated operated) {
    /** What a statement did. */
    Done(long rows, @Nullable ResultTable table) {
      this(rows, table, null);
    }
  }
}
