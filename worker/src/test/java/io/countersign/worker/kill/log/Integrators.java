package io.countersign.worker.kill.log;

import io.countersign.store.DatabaseConfig;
import io.countersign.worker.kill.log.Figures.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Two integrators at work, and others that wait to take the place of one that was killed. */
final class Integrators implements AutoCloseable {
  static final int COUNT = 2;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final DatabaseConfig config;
  private final Path folder;
  private final Form form;
  private final int spares;
  private final Figures figures;
  private final List<IntegratorProcess> working = new ArrayList<>();
  private final Deque<IntegratorProcess> waiting = new ArrayDeque<>();
  private int started;

  /**
   * @param folder where key, anchor and what they say are
   * @param spares how many wait
   */
  Integrators(DatabaseConfig config, Path folder, Form form, int spares, Figures figures) {
    this.config = config;
    this.folder = folder;
    this.form = form;
    this.spares = spares;
    this.figures = figures;
    keep(COUNT);
  }

  static Path key(Path folder) {
    return folder.resolve("key.pem");
  }

  static Path anchor(Path folder) {
    return folder.resolve("anchor");
  }

  /** Where they say what went wrong. */
  static Path log(Path folder) {
    return folder.resolve("log");
  }

  IntegratorProcess get(int index) {
    return working.get(index);
  }

  /** Brings them to two again; finds those that ended by themselves, or do not begin. */
  void fill() {
    working.removeIf(one -> !one.isAlive());
    List<IntegratorProcess> fresh = new ArrayList<>();
    while (working.size() < COUNT) {
      keep(1);
      IntegratorProcess next = waiting.removeFirst();
      if (!next.says(IntegratorMain.WAITING, PATIENCE)) {
        throw new IllegalStateException("an integrator does not start, see " + log(folder));
      }
      next.go();
      working.add(next);
      fresh.add(next);
    }
    keep(spares);
    for (IntegratorProcess one : fresh) {
      if (!one.says(IntegratorMain.RUNNING, PATIENCE)) {
        figures.found(Finding.ALARM, "it does not begin: " + one.said());
      }
    }
  }

  private void keep(int number) {
    while (waiting.size() < number) {
      String name = "integrator_" + ++started;
      waiting.addLast(
          IntegratorProcess.start(
              log(folder),
              name,
              List.of(
                  config.url() + "?ApplicationName=" + name,
                  config.user(),
                  config.password(),
                  key(folder).toString(),
                  anchor(folder).toString(),
                  form.name())));
    }
  }

  @Override
  public void close() {
    working.forEach(IntegratorProcess::close);
    waiting.forEach(IntegratorProcess::close);
  }
}
