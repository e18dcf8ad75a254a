package io.countersign.worker;

import io.countersign.store.DatabaseConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The demo's own PostgreSQL, in a folder; what is in the folder survives a kill. */
final class EmbeddedDatabase implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(20);

  private final EmbeddedPostgres server;

  private EmbeddedDatabase(EmbeddedPostgres server) {
    this.server = server;
  }

  static EmbeddedDatabase start(Path folder) throws IOException {
    stopOrphan(folder);
    EmbeddedBinaries.clearUnfinished(EmbeddedBinaries.folder());
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder)
            .setCleanDataDirectory(false)
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("max_connections", "100")
            .setServerConfig("shared_buffers", "64MB")
            .setPGStartupWait(Duration.ofSeconds(60))
            .start();
    return new EmbeddedDatabase(server);
  }

  /** The database of that name, made where it is missing. */
  DatabaseConfig database(String name) throws SQLException {
    String admin = server.getJdbcUrl("postgres", "postgres");
    try (Connection connection = DriverManager.getConnection(admin, "postgres", "postgres");
        var exists = connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      exists.setString(1, name);
      if (!exists.executeQuery().next()) {
        try (var create = connection.createStatement()) {
          create.execute("create database " + name);
        }
      }
    }
    String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name;
    return new DatabaseConfig(url, "postgres", "postgres");
  }

  /** A server that outlived a killed process still owns the folder: it has to stop first. */
  private static void stopOrphan(Path folder) throws IOException {
    Optional<ProcessHandle> orphan = orphan(folder.resolve("postmaster.pid"));
    if (orphan.isEmpty()) {
      return;
    }
    try {
      // SIGINT is its fast shutdown; SIGTERM, all that Java can send, waits for every client.
      new ProcessBuilder("kill", "-INT", String.valueOf(orphan.get().pid())).start().waitFor();
      orphan.get().onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("a PostgreSQL server of an earlier run does not stop", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Optional<ProcessHandle> orphan(Path pidFile) throws IOException {
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    String pid = Files.readString(pidFile).lines().findFirst().orElse("").strip();
    return pid.matches("\\d{1,9}")
        ? ProcessHandle.of(Long.parseLong(pid)).filter(EmbeddedDatabase::isServer)
        : Optional.empty();
  }

  private static boolean isServer(ProcessHandle process) {
    return process.info().command().map(command -> command.endsWith("postgres")).orElse(false);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
