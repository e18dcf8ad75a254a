package io.countersign.worker.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countersign.store.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A PostgreSQL cluster of its own, of the programs that the distribution installed: passwords are
 * checked and commits reach the disk, unlike with the embedded one. It ends with the test JVM.
 */
public final class DebianPostgres implements AutoCloseable {
  private static final String NONE = "no PostgreSQL server is installed in /usr/lib/postgresql";
  private static final String USER = "postgres";
  private static final String PASSWORD = "a-test-password";

  private final Path folder;
  private final Path programs;
  private final int port;
  private final List<String> settings;

  private DebianPostgres(Path folder, Path programs, int port, List<String> settings) {
    this.folder = folder;
    this.programs = programs;
    this.port = port;
    this.settings = settings;
  }

  /** The folder of initdb and pg_ctl, newest version first; empty when none is installed. */
  static Optional<Path> installedPrograms() {
    Path versions = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (var found = Files.list(versions)) {
      return found
          .filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
          .max(Comparator.comparingInt(DebianPostgres::number))
          .map(version -> version.resolve("bin"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static int number(Path version) {
    String name = version.getFileName().toString();
    return name.matches("\\d{1,4}") ? Integer.parseInt(name) : 0;
  }

  /**
   * Starts one, or skips the test and says why.
   *
   * @param settings of the server beside the usual ones, as {@code name=value}
   */
  public static DebianPostgres startOrSkip(String... settings) {
    Optional<Path> programs = installedPrograms();
    assumeTrue(programs.isPresent(), NONE);
    return start(programs.get(), settings);
  }

  /** Starts one for a run that is no test. */
  public static DebianPostgres startInstalled() {
    return start(installedPrograms().orElseThrow(() -> new IllegalStateException(NONE)));
  }

  private static DebianPostgres start(Path programs, String... settings) {
    try {
      Path folder = Files.createTempDirectory("countersign-postgres");
      var postgres = new DebianPostgres(folder, programs, FreePorts.row(1), List.of(settings));
      postgres.create();
      postgres.start();
      Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
      return postgres;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void create() throws IOException {
    Path password = Files.writeString(folder.resolve("password"), PASSWORD);
    if (isRoot()) {
      Command.run(log(), Map.of(), List.of("chown", "-R", "postgres", folder.toString()));
    }
    var arguments = List.of("-U", USER, "-A", "scram-sha-256", "--pwfile=" + password);
    run("initdb", arguments, List.of("-E", "UTF8", "--no-locale"));
  }

  /** Starts the server again after {@link #stop}. */
  public void start() {
    String usual =
        "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
            .formatted(port);
    String all = settings.stream().reduce(usual, (before, more) -> before + " -c " + more);
    run("pg_ctl", List.of("-w", "-l", folder.resolve("server.log").toString(), "-o", all, "start"));
  }

  /** Stops it as a power cut would when {@code immediate}, else in good order. */
  public void stop(boolean immediate) {
    run("pg_ctl", List.of("-w", "-m", immediate ? "immediate" : "fast", "stop"));
  }

  /** Copies its files while it is stopped; starts it again. */
  public void backUp() {
    stop(false);
    copy("data", "backup");
    start();
  }

  /** Goes on with the files that {@link #backUp} copied. */
  public void restore() {
    stop(false);
    copy("backup", "data");
    start();
  }

  private void copy(String from, String to) {
    Path copy = folder.resolve(to);
    Command.run(log(), Map.of(), List.of("rm", "-rf", copy.toString()));
    Command.run(
        log(), Map.of(), List.of("cp", "-a", folder.resolve(from).toString(), copy.toString()));
  }

  /** Goes on as a standby that only reads, until {@link #promote}. */
  public void becomeStandby() {
    stop(false);
    Command.run(
        log(), Map.of(), List.of("touch", folder.resolve("data/standby.signal").toString()));
    start();
  }

  /** Goes on as a primary, on another timeline. */
  public void promote() {
    run("pg_ctl", List.of("-w", "promote"));
  }

  /** Uses up transaction ids without running transactions. */
  public void skipTransactions(long next) {
    stop(false);
    run("pg_resetwal", List.of("-x", String.valueOf(next)));
    start();
  }

  @SafeVarargs
  private void run(String program, List<String>... arguments) {
    var command = new ArrayList<String>();
    if (isRoot()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of("-D", folder.resolve("data").toString()));
    for (List<String> some : arguments) {
      command.addAll(some);
    }
    Command.run(log(), Map.of(), command);
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private Path log() {
    return folder.resolveSibling(folder.getFileName() + ".log");
  }

  /** The address of that database, which is created when it is not there yet. */
  public String jdbcUrl(String database) {
    if (!database.matches("[a-z_0-9]+")) {
      throw new IllegalArgumentException("expected a plain database name");
    }
    String base = "jdbc:postgresql://127.0.0.1:" + port + "/";
    try (var connection = DriverManager.getConnection(base + "postgres", USER, PASSWORD);
        var statement = connection.createStatement()) {
      var known = "select from pg_database where datname = '%s'".formatted(database);
      if (!statement.executeQuery(known).next()) {
        statement.execute("create database " + database);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return base + database;
  }

  int port() {
    return port;
  }

  /** The same with an administrator's login. */
  public DatabaseConfig database(String name) {
    return new DatabaseConfig(jdbcUrl(name), USER, PASSWORD);
  }

  /** An administrator's name. */
  public String user() {
    return USER;
  }

  public String password() {
    return PASSWORD;
  }

  @Override
  public void close() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    if (Files.exists(folder.resolve("data/postmaster.pid"))) {
      stop(true);
    }
    Command.run(log(), Map.of(), List.of("rm", "-rf", folder.toString()));
    log().toFile().delete();
  }
}
