package io.countersign.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countersign.store.person.Subjects;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;

/** The control database: a connection pool, JDBI over it, and its migrations. */
public final class Database implements AutoCloseable {
  /** A process that stands still in the middle of a transaction holds up those that go on. */
  private static final String END_SILENT = "set idle_in_transaction_session_timeout = '20s'";

  private final DatabaseConfig config;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(DatabaseConfig config, HikariDataSource pool) {
    this.config = config;
    this.pool = pool;
    this.jdbi =
        Jdbi.create(pool).installPlugin(new PostgresPlugin()).installPlugin(new SqlObjectPlugin());
  }

  /** Opens the pool; throws if the database does not answer within 5 seconds. */
  public static Database open(DatabaseConfig config) {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("control");
    pool.setJdbcUrl(config.url());
    pool.setUsername(config.user());
    pool.setPassword(config.password());
    pool.setMaximumPoolSize(16);
    pool.setMinimumIdle(2);
    pool.setConnectionTimeout(5_000);
    pool.setInitializationFailTimeout(5_000);
    pool.addDataSourceProperty("ApplicationName", "countersign");
    pool.addDataSourceProperty("logServerErrorDetail", "false");
    pool.setConnectionInitSql(END_SILENT);
    return new Database(config, new HikariDataSource(pool));
  }

  /**
   * With the key that wraps the keys of people in the log.
   *
   * @param key 32 bytes, shared by api and worker
   */
  public Database withSubjectKey(byte[] key) {
    jdbi.getConfig(Subjects.class).wrapWith(key);
    return this;
  }

  /** Brings the schema up to this release; safe to run by several processes at once. */
  public void migrate() {
    flyway().migrate();
  }

  /** True if the schema is the one this release expects. */
  public boolean isMigrated() {
    return flyway().info().pending().length == 0;
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  /** On connections of its own: it keeps a lock in a transaction for as long as it migrates. */
  private Flyway flyway() {
    return Flyway.configure()
        .dataSource(config.url(), config.user(), config.password())
        .locations("classpath:db/migration")
        .loggers("slf4j")
        .load();
  }

  @Override
  public void close() {
    pool.close();
  }
}
