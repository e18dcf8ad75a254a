package io.countersign.activity.grant;

import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again for granted roles whose time is over and that the engine did not take back:
 * it may be down, or have lost its memory. Doing it twice does no harm.
 */
public final class GrantSweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GrantSweep.class);
  private static final Duration PERIOD = Duration.ofMillis(250);

  /** The engine's turn. */
  private static final Duration LATE = Duration.ofMillis(100);

  private final GrantActivitiesImpl grants;
  private final Clock clock;
  private final Thread thread = Thread.ofVirtual().name("grant-sweep").unstarted(this::run);
  private volatile boolean closed;

  public GrantSweep(GrantActivitiesImpl grants, Clock clock) {
    this.grants = grants;
    this.clock = clock;
  }

  public GrantSweep start() {
    thread.start();
    return this;
  }

  private void run() {
    while (!closed) {
      try {
        grants.takeBackOverdue(clock.instant().minus(LATE));
      } catch (RuntimeException e) {
        LOG.warn("looking for granted roles failed: {}", e.getClass().getSimpleName());
      }
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(PERIOD);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
