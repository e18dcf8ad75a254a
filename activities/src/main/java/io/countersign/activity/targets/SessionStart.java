package io.countersign.activity.targets;

import io.countersign.activity.targets.TargetDatabase.Purpose;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.core.BaseConnection;

/** How a session begins: with every setting, along with the first question, in one round trip. */
final class SessionStart {
  private static final String READ_ONLY = "25006";
  private static final String STANDBY = "the target is a standby, expected a primary";
  private static final String ISOLATION = "read committed";

  private final TargetDatabase database;
  private final BaseConnection connection;
  private final Purpose purpose;
  private int backendPid;
  private String backendStart = "";
  private boolean begun;

  SessionStart(TargetDatabase database, BaseConnection connection, Purpose purpose) {
    this.database = database;
    this.connection = connection;
    this.purpose = purpose;
  }

  /** Where no transaction begins: the settings came with the connection. */
  static SessionStart outside(TargetDatabase database, BaseConnection connection, Purpose purpose)
      throws SQLException, ExecutionFault {
    String sql =
        """
        select pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(),
          (select extract(epoch from a.backend_start)::text
           from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a),
          pg_catalog.current_setting('application_name'),
          pg_catalog.current_setting('search_path')
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (row.getBoolean(1)) {
        throw ExecutionFault.of(ExecutionFault.Kind.UNREACHABLE, STANDBY);
      }
      if (!purpose.applicationName().equals(row.getString(4))
          || !database.searchPath().equals(row.getString(5))) {
        throw poolBetween();
      }
      var start = new SessionStart(database, connection, purpose);
      start.backendPid = row.getInt(2);
      start.backendStart = row.getString(3);
      start.begun = true;
      return start;
    }
  }

  static ExecutionFault poolBetween() {
    return ExecutionFault.of(
        ExecutionFault.Kind.NO_CREDENTIAL,
        "a statement outside a transaction needs a connection without a pool in between");
  }

  boolean hasBegun() {
    return begun;
  }

  int backendPid() {
    return backendPid;
  }

  String backendStart() {
    return backendStart;
  }

  /** Reads what a question was answered. */
  interface Reader<T> {
    T read(ResultSet row) throws SQLException, ExecutionFault;
  }

  /** Asks in the transaction; the first question begins it, with every setting. */
  <T> T ask(String question, List<Object> values, Reader<T> reader)
      throws SQLException, ExecutionFault {
    if (!begun) {
      return begin(question, values, reader);
    }
    try (PreparedStatement statement = connection.prepareStatement(question)) {
      bind(statement, values);
      try (ResultSet row = statement.executeQuery()) {
        return reader.read(row);
      }
    }
  }

  private <T> T begin(String question, List<Object> values, Reader<T> reader)
      throws SQLException, ExecutionFault {
    Map<String, String> pinned = SessionSettings.pinned(database, connection, purpose);
    String settings =
        pinned.keySet().stream()
            .map(key -> "pg_catalog.set_config('" + key + "', ?, true)")
            .collect(Collectors.joining(", "));
    String sql =
        """
        select pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(),
          (select extract(epoch from a.backend_start)::text
           from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a),
          pg_catalog.current_setting('transaction_isolation'),
        """
            + settings;
    List<Object> all = new ArrayList<>(pinned.values());
    all.addAll(values);
    // Two statements in one prepared one travel together, and the first is in force for the second.
    try (PreparedStatement statement = connection.prepareStatement(sql + ";\n" + question)) {
      bind(statement, all);
      statement.execute();
      if (isAsItMustBe(statement)) {
        begun = true;
        statement.getMoreResults();
        try (ResultSet row = statement.getResultSet()) {
          return reader.read(row);
        }
      }
    } catch (SQLException e) {
      if (READ_ONLY.equals(e.getSQLState())) {
        requirePrimary();
      }
      throw e;
    }
    // Another one would show the catalogue as it was at the start, not as the statement finds it.
    connection.rollback();
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    return begin(question, values, reader);
  }

  /** False where the transaction has another isolation level than it must have. */
  private boolean isAsItMustBe(PreparedStatement statement) throws SQLException, ExecutionFault {
    try (ResultSet row = statement.getResultSet()) {
      row.next();
      if (row.getBoolean(1)) {
        throw ExecutionFault.of(ExecutionFault.Kind.UNREACHABLE, STANDBY);
      }
      backendPid = row.getInt(2);
      backendStart = row.getString(3);
      return row.getString(4).equals(ISOLATION);
    }
  }

  private void requirePrimary() throws SQLException, ExecutionFault {
    connection.rollback();
    try (PreparedStatement statement =
            connection.prepareStatement("select pg_catalog.pg_is_in_recovery()");
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (row.getBoolean(1)) {
        throw ExecutionFault.of(ExecutionFault.Kind.UNREACHABLE, STANDBY);
      }
    }
  }

  private static void bind(PreparedStatement statement, List<Object> values) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
  }
}
