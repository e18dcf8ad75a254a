package io.countersign.worker;

import io.countersign.store.custody.Retention;
import io.dropwizard.core.setup.Environment;
import java.time.Duration;
import java.time.Period;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of retention: what was announced goes, then more is announced, and goes once signed. */
record PruningRun(Retention retention, Period keep) {
  private static final Logger LOG = LoggerFactory.getLogger(PruningRun.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int POLLS = 50;

  /** Daily, a minute after the start too. */
  void start(Environment environment) {
    environment
        .lifecycle()
        .scheduledExecutorService("retention")
        .threads(1)
        .build()
        .scheduleWithFixedDelay(this::prune, 1, TimeUnit.DAYS.toMinutes(1), TimeUnit.MINUTES);
  }

  private void prune() {
    try {
      LOG.info("retention removed the bodies of {} entries", run());
    } catch (RuntimeException e) {
      LOG.warn("retention did not run: {}", e.getClass().getSimpleName());
    }
  }

  /** How many bodies went; an event that is not signed in five seconds is for the next run. */
  long run() {
    long removed = retention.prune(keep);
    if (!retention.announce(keep)) {
      return removed;
    }
    try {
      for (int i = 0; i < POLLS && retention.isAnnouncing(); i++) {
        Thread.sleep(POLL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return removed;
    }
    return removed + retention.prune(keep);
  }
}
