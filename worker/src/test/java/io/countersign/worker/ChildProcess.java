package io.countersign.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.house.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The program as a process of its own, which a test can kill; its output goes to files. */
final class ChildProcess implements AutoCloseable {
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(3);

  private final Process process;
  private final Path out;
  private final Path err;

  private ChildProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * @param folder where its output goes
   * @param environment added to this process's
   */
  static ChildProcess start(Path folder, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Dcountersign.home=" + Repository.root());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Countersign.class.getName());
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new ChildProcess(builder.start(), out, err);
  }

  /** Waits for its end. */
  int exit() throws InterruptedException {
    if (!process.waitFor(PATIENCE, TimeUnit.NANOSECONDS)) {
      close();
      throw new AssertionError("did not end: " + this);
    }
    return process.exitValue();
  }

  /** Waits until it wrote the ready file, and reads that. */
  JsonNode ready(Path file) throws IOException {
    long end = System.nanoTime() + PATIENCE;
    while (!Files.exists(file)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new AssertionError("not ready: " + this);
      }
      LockSupport.parkNanos(20_000_000);
    }
    return Json.MAPPER.readTree(Files.readString(file));
  }

  /** As {@code kill -9} does; what it started lives on. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** As Ctrl-C does, and waits. */
  void stop() throws InterruptedException {
    process.destroy();
    exit();
  }

  String out() throws IOException {
    return Files.readString(out);
  }

  String err() throws IOException {
    return Files.readString(err);
  }

  @Override
  public String toString() {
    try {
      return "exit " + (process.isAlive() ? "-" : process.exitValue()) + "\n" + out() + err();
    } catch (IOException e) {
      return "output is gone";
    }
  }

  @Override
  public void close() throws InterruptedException {
    if (process.isAlive()) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        kill();
      }
    }
  }
}
