package io.countersign.worker.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countersign.house.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A Temporal server with PostgreSQL and the UI, on free ports; it ends with the test JVM. */
public final class RealTemporal implements AutoCloseable {
  private static final int PORTS = 11;
  private static final int UI = 9;

  private final Path folder;
  private final Path log;
  private final int port;

  private RealTemporal(Path folder, Path log, int port) {
    this.folder = folder;
    this.log = log;
    this.port = port;
  }

  /** Starts one, or skips the test and says why. */
  public static RealTemporal startOrSkip() {
    boolean hasPostgres = DebianPostgres.installedPrograms().isPresent();
    assumeTrue(hasPostgres, "no PostgreSQL server is installed, which a Temporal server needs");
    assumeTrue(Command.exists("go"), "go is not installed, which compiles the Temporal server");
    assumeTrue(Command.exists("curl"), "curl is not installed, which dev/temporal uses");
    try {
      Path folder = Files.createTempDirectory("countersign-temporal");
      Path log = folder.resolveSibling(folder.getFileName() + ".log");
      int built = Command.exitStatus(log, Map.of(), List.of(script(), "build"));
      assumeTrue(built == 0, () -> "the Temporal server does not compile here, see " + log);
      var temporal = new RealTemporal(folder, log, FreePorts.row(PORTS));
      Runtime.getRuntime().addShutdownHook(new Thread(temporal::close));
      temporal.start();
      return temporal;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts it again after {@link #stop}, with what it knew. */
  public void start() {
    var environment = Map.of("TEMPORAL_PORT", String.valueOf(port));
    Command.run(log, environment, List.of(script(), "up", folder.toString()));
  }

  public void stop() {
    Command.run(log, Map.of(), List.of(script(), "down", folder.toString()));
  }

  private static String script() {
    return Repository.root().resolve("dev/temporal").toString();
  }

  /** Host and port of the frontend. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  public String uiUrl() {
    return "http://127.0.0.1:" + (port + UI);
  }

  @Override
  public void close() {
    if (Files.isDirectory(folder)) {
      stop();
      Command.run(log, Map.of(), List.of("rm", "-rf", folder.toString()));
      log.toFile().delete();
    }
  }
}
