package io.countersign.worker.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Countersign in a process of its own, as an operator starts it; it ends with the test JVM. */
public final class CountersignProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final Path readyFile;

  private CountersignProcess(Process process, Path log, Path readyFile) {
    this.process = process;
    this.log = log;
    this.readyFile = readyFile;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /**
   * Starts {@code server} or {@code worker}; {@link #ready} waits for it.
   *
   * @param name of its log and ready file in the configuration's folder
   */
  public static CountersignProcess start(
      String name, String command, Path config, Map<String, String> environment) {
    Path ready = config.resolveSibling(name + ".ready.json");
    Path log = config.resolveSibling(name + ".log");
    return new CountersignProcess(
        launch(
            List.of(command, config.toString(), "--ready-file", ready.toString()),
            log,
            environment),
        log,
        ready);
  }

  /** Runs a command to its end; what it said, or an exception with that when it failed. */
  public static String run(String command, Path config, Map<String, String> environment) {
    Path log = config.resolveSibling(command + ".log");
    Process process = launch(List.of(command, config.toString()), log, environment);
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " failed: " + Files.readString(log));
      }
      return Files.readString(log);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Process launch(List<String> arguments, Path log, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.countersign.worker.Countersign");
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IllegalStateException("could not start " + arguments, e);
    }
  }

  /** What its ready file says, once everything in it answers. */
  public JsonNode ready() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(readyFile)) {
      if (System.nanoTime() > end || process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("it did not start: " + log());
      }
    }
    return Json.MAPPER.readTree(readyFile.toFile());
  }

  /** Everything it printed. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Ends it as a crash would: {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
