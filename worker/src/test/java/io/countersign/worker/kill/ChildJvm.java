package io.countersign.worker.kill;

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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A Java process that is told and heard by lines; it can be killed, stopped and woken. */
public final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final PrintStream input;
  private final Consumer<String> heard;
  private boolean ended;

  private ChildJvm(Process process, Consumer<String> heard) {
    this.process = process;
    this.heard = heard;
    this.input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    // One that is stopped would not notice that nobody is left.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /**
   * @param mebibytes of heap
   * @param log what it prints as errors is added here
   * @param heard is told each line that it prints, one at a time
   */
  public static ChildJvm start(
      Class<?> main, int mebibytes, Path log, List<String> arguments, Consumer<String> heard) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx%dm".formatted(mebibytes));
    command.addAll(List.of("-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      ChildJvm child = new ChildJvm(builder.start(), heard);
      Thread.ofVirtual().start(child::read);
      return child;
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
    heard.accept(line);
    notifyAll();
  }

  /** False where what it says does not come to that in time, or it ends. */
  public synchronized boolean await(Duration time, BooleanSupplier condition) {
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

  public void tell(String line) {
    input.println(line);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** As {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As a machine does that is paused. */
  public void stop() {
    signal("-STOP");
  }

  public void wake() {
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
