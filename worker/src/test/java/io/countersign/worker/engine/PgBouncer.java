package io.countersign.worker.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A pooler before a server, which gives every transaction any of its connections. */
public final class PgBouncer implements AutoCloseable {
  private final Process process;
  private final Path folder;
  private final int server;
  private final int port;

  private PgBouncer(Process process, Path folder, int server, int port) {
    this.process = process;
    this.folder = folder;
    this.server = server;
    this.port = port;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** Starts one for a login of that server, or skips the test and says why. */
  public static PgBouncer startOrSkip(DebianPostgres server, String user, String password) {
    assumeTrue(Command.exists("pgbouncer"), "pgbouncer is not installed");
    int port = FreePorts.row(1);
    try {
      Path folder = Files.createTempDirectory("countersign-pgbouncer");
      Path users =
          Files.writeString(folder.resolve("users"), "\"%s\" \"%s\"%n".formatted(user, password));
      String settings =
          """
          [databases]
          * = host=127.0.0.1 port=%d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = %s
          pool_mode = transaction
          default_pool_size = 20
          ignore_startup_parameters = extra_float_digits
          server_login_retry = 0.2
          """
              .formatted(server.port(), port, users);
      Path file = Files.writeString(folder.resolve("pgbouncer.ini"), settings);
      List<String> command = new ArrayList<>(List.of("pgbouncer", "-q"));
      if ("root".equals(System.getProperty("user.name"))) {
        Command.run(
            folder.resolve("log"), Map.of(), List.of("chown", "-R", "postgres", folder.toString()));
        command.addAll(List.of("-u", "postgres"));
      }
      command.add(file.toString());
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
      return new PgBouncer(builder.start(), folder, server.port(), port);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same database through the pooler. */
  public String url(String direct) {
    return direct.replace(":" + server + "/", ":" + port + "/");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Path log = folder.resolveSibling(folder.getFileName() + ".log");
    Command.run(log, Map.of(), List.of("rm", "-rf", folder.toString()));
    log.toFile().delete();
  }
}
