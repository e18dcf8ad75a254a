package io.countersign.worker.kill;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Processes that wait for work, so that a round need not wait for one to start. */
final class Workers implements AutoCloseable {
  private static final int SPARE = 3;
  private static final int MOST_TRIES = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path log;
  private final List<String> arguments;
  private final Deque<KilledWorker> waiting = new ArrayDeque<>();
  private final List<KilledWorker> all = new ArrayList<>();

  /**
   * @param arguments of {@link KilledMain}
   */
  Workers(Path log, List<String> arguments) {
    this.log = log;
    this.arguments = List.copyOf(arguments);
    fill();
  }

  private void fill() {
    while (waiting.size() < SPARE) {
      waiting.addLast(start(arguments));
    }
  }

  private KilledWorker start(List<String> its) {
    KilledWorker worker = KilledWorker.start(log, its);
    all.removeIf(other -> !other.isAlive());
    all.add(worker);
    return worker;
  }

  /** The one that waits longest; one that started while the control database was down has ended. */
  KilledWorker take() {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      KilledWorker worker = waiting.removeFirst();
      fill();
      if (worker.isReady(PATIENCE)) {
        return worker;
      }
    }
    throw new IllegalStateException("no worker starts, see " + log);
  }

  /** One that reaches the target on another way; it is not kept. */
  KilledWorker over(String url) {
    List<String> its = new ArrayList<>(arguments);
    its.set(KilledMain.TARGET, url);
    KilledWorker worker = start(its);
    if (!worker.isReady(PATIENCE)) {
      throw new IllegalStateException("a worker did not start, see " + log);
    }
    return worker;
  }

  void giveBack(KilledWorker worker) {
    if (worker.isAlive()) {
      waiting.addLast(worker);
    }
  }

  @Override
  public void close() {
    all.forEach(KilledWorker::close);
  }
}
