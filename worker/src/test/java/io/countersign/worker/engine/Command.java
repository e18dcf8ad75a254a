package io.countersign.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs a program to its end; what it printed goes to a file, so that its daemons hold no pipe. */
final class Command {
  private Command() {}

  /** Runs it and throws with what it printed when it fails. */
  static void run(Path log, Map<String, String> environment, List<String> command) {
    if (exitStatus(log, environment, command) != 0) {
      throw new IllegalStateException("failed: " + command + "\n" + text(log));
    }
  }

  static int exitStatus(Path log, Map<String, String> environment, List<String> command) {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.directory(Path.of("/").toFile());
    builder.environment().putAll(environment);
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new IllegalStateException("could not start " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static boolean exists(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "(no output: " + e.getMessage() + ")";
    }
  }
}
