package io.countersign.activity.execution;

import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Asks for an execution as the engine does, again after pauses that grow. They are random: attempts
 * of many workers in lockstep would supersede one another for ever.
 */
final class AskingAgain {
  private static final int MOST_TRIES = 100;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private AskingAgain() {}

  static Executed untilDone(Supplier<Executed> execution) {
    ApplicationFailure last = null;
    for (int tries = 1; tries <= MOST_TRIES; tries++) {
      try {
        return execution.get();
      } catch (ApplicationFailure e) {
        if (e.isNonRetryable()) {
          throw e;
        }
        last = e;
        long pauseMillis = Math.min(10L * tries, LONGEST_PAUSE_MILLIS);
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pauseMillis * 1_000_000));
      }
    }
    throw new AssertionError("never ended", last);
  }
}
