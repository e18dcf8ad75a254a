package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.activity.targets.TargetSession;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, while a statement runs, whether somebody wants it stopped, and cancels it then. The target
 * decides whether it was in time.
 */
final class StopWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StopWatch.class);
  private static final Duration PERIOD = Duration.ofMillis(250);

  private final ActionId id;
  private final ExecutionRecorder recorder;
  private final TargetSession session;
  private final Thread thread = Thread.ofVirtual().name("stop-watch").unstarted(this::watch);

  private StopWatch(ActionId id, ExecutionRecorder recorder, TargetSession session) {
    this.id = id;
    this.recorder = recorder;
    this.session = session;
  }

  /** Watches until it is closed. */
  static StopWatch start(ActionId id, ExecutionRecorder recorder, TargetSession session) {
    StopWatch watch = new StopWatch(id, recorder, session);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        if (isAsked()) {
          session.cancel();
        }
      }
    } catch (InterruptedException over) {
      // The statement has ended.
    }
  }

  private boolean isAsked() {
    try {
      return recorder.isStopAsked(id);
    } catch (RuntimeException e) {
      LOG.info("whether to stop {} could not be asked: {}", id, e.getClass().getSimpleName());
      return false;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
