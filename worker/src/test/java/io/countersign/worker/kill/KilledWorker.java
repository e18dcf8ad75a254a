package io.countersign.worker.kill;

import io.countersign.action.ActionId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that executes; it can be killed, stopped and continued. */
final class KilledWorker implements AutoCloseable {
  private final Process process;
  private final PrintStream input;
  private final Set<String> seen = new HashSet<>();
  private boolean ended;

  private KilledWorker(Process process) {
    this.process = process;
    this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    // One that is stopped would not notice that nobody is left.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    Thread.ofVirtual().start(this::read);
  }

  static KilledWorker start(Path log, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KilledMain.class.getName());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return new KilledWorker(builder.start());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void read() {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        hear(line);
      }
    } catch (IOException e) {
      // It was killed.
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  private synchronized void hear(String line) {
    seen.add(line);
    String[] words = line.split(" ", -1);
    seen.add(words[0]);
    if (words.length > 1) {
      seen.add(words[0] + " " + words[1]);
    }
    notifyAll();
  }

  /** False where it does not come to that in time, or the process ends. */
  private synchronized boolean await(Duration time, BooleanSupplier condition) {
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0 || ended) {
        return condition.getAsBoolean();
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  boolean isReady(Duration time) {
    return await(time, () -> seen.contains("ready"));
  }

  /** The first execution that reaches this step waits there until {@link #release}. */
  void trap(String step) {
    synchronized (this) {
      seen.remove("trapped");
    }
    input.println("trap " + step);
  }

  /** True once an execution waits in the trap; false where all of them ended without that. */
  boolean isTrapped(Duration time, List<Approved> actions) {
    await(time, () -> seen.contains("trapped") || allDone(actions));
    synchronized (this) {
      return seen.contains("trapped");
    }
  }

  void release() {
    input.println("go");
  }

  void run(List<Approved> actions) {
    for (Approved action : actions) {
      input.println("run " + action.id() + " " + action.digest());
    }
  }

  /** True once the action came to this step in this process. */
  boolean isAt(Duration time, ActionId id, String step) {
    return await(time, () -> seen.contains("at " + id + " " + step) || isDone(id));
  }

  boolean isDone(Duration time, List<Approved> actions) {
    return await(time, () -> allDone(actions));
  }

  private boolean allDone(List<Approved> actions) {
    return actions.stream().allMatch(action -> isDone(action.id()));
  }

  private boolean isDone(ActionId id) {
    return seen.contains("done " + id) || seen.contains("refused " + id);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As a machine does that is paused. */
  void stop() {
    signal("-STOP");
  }

  void wake() {
    signal("-CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", name, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
