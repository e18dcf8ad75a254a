package io.countersign.worker.kill;

import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.store.DatabaseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The target on a server of its own: tables in which every execution leaves something to count. */
final class TargetSide {
  static final String NAME = "shop";
  private static final Login WRITE = new Login("counted_write", "write-secret");

  private static final String SETUP =
      """
      create role counted_write login password 'write-secret';
      create schema countersign;
      create table countersign.execution (action_id text primary key, fence bigint not null,
        digest text not null, executed_at timestamptz not null default now());
      create table effect (key bigint not null);
      create table counter (key bigint primary key, times int not null default 0);
      create table hot (id int primary key, times bigint not null);
      create table watched (key bigint not null);
      create table known (key bigint primary key);
      create table effect_of (key bigint references known deferrable initially deferred);
      create table foreign_work (id bigserial primary key, what text);
      insert into hot values (1, 0), (2, 0);
      create function watch() returns trigger language plpgsql as
        'begin insert into public.effect values (new.key), (new.key); return new; end';
      create trigger watch after insert on watched for each row execute function watch();
      grant usage on schema countersign to counted_write;
      grant select, insert on countersign.execution to counted_write;
      grant select, insert, update on all tables in schema public to counted_write;
      """;

  private final DatabaseConfig admin;

  /**
   * @param admin of an empty database
   */
  TargetSide(DatabaseConfig admin) {
    this.admin = admin;
    sql(SETUP);
  }

  String url() {
    return admin.url().replaceFirst("\\?.*", "");
  }

  static TargetConfig config(String url, Guarantee guarantee) {
    Credentials credentials = new Credentials(null, WRITE, null, null);
    return new TargetConfig(url, "test", List.of(), credentials, guarantee, null, Map.of());
  }

  static Login login() {
    return WRITE;
  }

  /** As its administrator. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(admin.url(), admin.user(), admin.password());
  }

  void sql(String text) {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      statement.execute(text);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The row that statements with this key increment. */
  void prepare(long first, long last) {
    sql("insert into counter select generate_series(%d, %d)".formatted(first, last));
  }

  /** What took effect under this key, wherever it was written. */
  long effects(long key) {
    String query =
        """
        select (select count(*) from effect where key = %1$d)
          + (select coalesce(sum(times), 0) from counter where key = %1$d)
          + (select count(*) from effect_of where key = %1$d)
        """
            .formatted(key);
    try (Connection connection = connect();
        var row = connection.createStatement().executeQuery(query)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends every backend that executes, as a network does that forgets connections. */
  void cutConnections() {
    sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
            .formatted(WRITE.user()));
  }
}
