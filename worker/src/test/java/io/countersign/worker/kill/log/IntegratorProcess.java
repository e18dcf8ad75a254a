package io.countersign.worker.kill.log;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An integrator in a process of its own, to be killed, stopped and woken. */
final class IntegratorProcess implements AutoCloseable {
  private final Process process;
  private final PrintStream input;
  private final String name;
  private final List<String> said = new ArrayList<>();
  private boolean ended;

  private IntegratorProcess(Process process, String name) {
    this.process = process;
    this.name = name;
    this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    // One that is stopped would not notice that nobody is left.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    Thread.ofVirtual().start(this::listen);
  }

  /**
   * @param name of its sessions
   * @param arguments of {@link IntegratorMain}
   */
  static IntegratorProcess start(Path log, String name, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx96m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(IntegratorMain.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return new IntegratorProcess(builder.start(), name);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void listen() {
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
    said.add(line);
    notifyAll();
  }

  /** False where it does not say that in time, or ends. */
  synchronized boolean says(String line, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (!said.contains(line)) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0 || ended) {
        return false;
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

  synchronized List<String> said() {
    return List.copyOf(said);
  }

  void go() {
    input.println("go");
  }

  String name() {
    return name;
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

  private void signal(String what) {
    try {
      new ProcessBuilder("kill", what, String.valueOf(process.pid())).start().waitFor();
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
