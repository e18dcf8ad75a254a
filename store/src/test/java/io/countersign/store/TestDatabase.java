package io.countersign.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A migrated control database on a real PostgreSQL; one server a JVM, one database a test. */
public final class TestDatabase implements AutoCloseable {
  /** Wraps the keys of people in tests. */
  public static final byte[] SUBJECT_KEY = new byte[32];

  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static @Nullable EmbeddedPostgres server;

  private final Database database;
  private final DatabaseConfig config;

  private TestDatabase(DatabaseConfig config) {
    this.config = config;
    this.database = Database.open(config).withSubjectKey(SUBJECT_KEY);
    database.migrate();
    EvidenceGuard.install(database.jdbi());
  }

  public static TestDatabase create() {
    String name = "test_" + COUNTER.incrementAndGet();
    return new TestDatabase(emptyDatabase(name));
  }

  /** The control database in an empty database of another server. */
  public static TestDatabase in(DatabaseConfig empty) {
    return new TestDatabase(empty);
  }

  /** An empty database of that name, for a target. */
  public static DatabaseConfig emptyDatabase(String name) {
    try (Connection connection = server().getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new DatabaseConfig(server().getJdbcUrl("postgres", name), "postgres", "postgres");
  }

  private static synchronized EmbeddedPostgres server() {
    EmbeddedPostgres running = server;
    if (running == null) {
      try {
        running = builder().start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      server = running;
    }
    return running;
  }

  /** Commits reach the disk only where {@code countersign.durable} asks for it: tests hurry. */
  private static EmbeddedPostgres.Builder builder() {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder().setServerConfig("max_connections", "300");
    if (Boolean.getBoolean("countersign.durable")) {
      for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
        builder.setServerConfig(setting, "on");
      }
    }
    return builder;
  }

  public Database database() {
    return database;
  }

  public DatabaseConfig config() {
    return config;
  }

  @Override
  public void close() {
    database.close();
  }
}
