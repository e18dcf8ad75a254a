package io.countersign.worker;

import io.countersign.store.DatabaseConfig;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Looks at a database, or changes it, past the application. */
final class DirectSql {
  private DirectSql() {}

  static void execute(DatabaseConfig database, String sql) {
    try (var connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The first column of the first row. */
  static String text(DatabaseConfig database, String sql) {
    try (var connection =
            DriverManager.getConnection(database.url(), database.user(), database.password());
        var rows = connection.createStatement().executeQuery(sql)) {
      if (!rows.next()) {
        throw new AssertionError("no row: " + sql);
      }
      return rows.getString(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
