package io.countersign.worker.kill;

import io.countersign.action.ActionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A process that executes; it can be killed, stopped and continued. */
final class KilledWorker implements AutoCloseable {
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final ChildJvm jvm;

  private KilledWorker(Path log, List<String> arguments) {
    jvm = ChildJvm.start(KilledMain.class, 128, log, arguments, this::hear);
  }

  static KilledWorker start(Path log, List<String> arguments) {
    return new KilledWorker(log, arguments);
  }

  private void hear(String line) {
    seen.add(line);
    String[] words = line.split(" ", -1);
    seen.add(words[0]);
    if (words.length > 1) {
      seen.add(words[0] + " " + words[1]);
    }
  }

  boolean isReady(Duration time) {
    return jvm.await(time, () -> seen.contains("ready"));
  }

  /** The first execution that reaches this step waits there until {@link #release}. */
  void trap(String step) {
    seen.remove("trapped");
    jvm.tell("trap " + step);
  }

  /** True once an execution waits in the trap; false where all of them ended without that. */
  boolean isTrapped(Duration time, List<Approved> actions) {
    jvm.await(time, () -> seen.contains("trapped") || allDone(actions));
    return seen.contains("trapped");
  }

  void release() {
    jvm.tell("go");
  }

  void run(List<Approved> actions) {
    for (Approved action : actions) {
      jvm.tell("run " + action.id() + " " + action.digest());
    }
  }

  /** True once the action came to this step in this process. */
  boolean isAt(Duration time, ActionId id, String step) {
    return jvm.await(time, () -> seen.contains("at " + id + " " + step) || isDone(id));
  }

  boolean isDone(Duration time, List<Approved> actions) {
    return jvm.await(time, () -> allDone(actions));
  }

  private boolean allDone(List<Approved> actions) {
    return actions.stream().allMatch(action -> isDone(action.id()));
  }

  private boolean isDone(ActionId id) {
    return seen.contains("done " + id) || seen.contains("refused " + id);
  }

  boolean isAlive() {
    return jvm.isAlive();
  }

  void kill() {
    jvm.kill();
  }

  void stop() {
    jvm.stop();
  }

  void wake() {
    jvm.wake();
  }

  @Override
  public void close() {
    jvm.close();
  }
}
