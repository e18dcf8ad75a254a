package io.countersign.worker.kill.log;

import io.countersign.worker.kill.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An integrator in a process of its own, to be killed, stopped and woken. */
final class IntegratorProcess implements AutoCloseable {
  private final String name;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final ChildJvm jvm;

  private IntegratorProcess(Path log, String name, List<String> arguments) {
    this.name = name;
    this.jvm = ChildJvm.start(IntegratorMain.class, 96, log, arguments, said::add);
  }

  /**
   * @param name of its sessions
   * @param arguments of {@link IntegratorMain}
   */
  static IntegratorProcess start(Path log, String name, List<String> arguments) {
    return new IntegratorProcess(log, name, arguments);
  }

  /** False where it does not say that in time, or ends. */
  boolean says(String line, Duration patience) {
    return jvm.await(patience, () -> said.contains(line));
  }

  List<String> said() {
    return List.copyOf(said);
  }

  void go() {
    jvm.tell("go");
  }

  String name() {
    return name;
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
