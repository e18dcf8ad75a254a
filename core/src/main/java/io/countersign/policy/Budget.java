package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Spending.Spent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much a rule allows one requester within a window before people are asked (R12); null where it
 * sets no bound.
 *
 * @param approvals who reviews what exceeds it; {@link Requirement#NONE} if the rule does not say
 */
record Budget(
    Duration window,
    @Nullable Integer actions,
    @Nullable Integer rows,
    @Nullable Long bytes,
    Requirement approvals) {

  /**
   * What is left for one more action.
   *
   * @param rows null where rows are not bounded
   * @param bytes null where bytes are not bounded
   */
  record Remaining(boolean usedUp, @Nullable Integer rows, @Nullable Long bytes) {
    static final Remaining UNBOUNDED = new Remaining(false, null, null);
  }

  Remaining after(Spent spent) {
    @Nullable Integer rowsLeft = rows == null ? null : (int) left(rows, spent.rows());
    @Nullable Long bytesLeft = bytes == null ? null : left(bytes, spent.bytes());
    boolean usedUp =
        (actions != null && spent.actions() >= actions)
            || (rowsLeft != null && rowsLeft == 0)
            || (bytesLeft != null && bytesLeft == 0);
    return new Remaining(usedUp, rowsLeft, bytesLeft);
  }

  private static long left(long bound, long spent) {
    return Math.max(0, bound - spent);
  }
}
