package io.countersign.worker.kill;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Asks a server that may just come back. */
public final class Patience {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private Patience() {}

  public static <T> T untilItAnswers(Supplier<T> question) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      try {
        return question.get();
      } catch (RuntimeException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(50_000_000);
      }
    }
  }
}
