package io.countersign.activity;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Proposal;
import io.countersign.action.Statement;
import io.countersign.activity.Identity.Incarnation;
import io.countersign.activity.TargetDatabase.Purpose;
import io.countersign.sql.Resolution;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One open transaction on a target, with everything pinned that a role or session could bend. */
final class TargetSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TargetSession.class);

  /** Which cluster this is, and which of its histories; two columns. */
  static final String INCARNATION =
      """
      (select system_identifier::text from pg_catalog.pg_control_system()),
      pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)
      """;

  private static final int CONNECTION_CHECK_SINCE = 140_000;
  private static final int FLUSHED_MESSAGE_SINCE = 170_000;
  private static final String ISOLATION = "read committed";

  private final TargetDatabase database;
  private final BaseConnection connection;
  private final Purpose purpose;
  private final int backendPid;
  private final String backendStart;
  private @Nullable String transactionId;
  private boolean finished;
  private boolean cancelled;
  private boolean closed;

  /** The row that commits together with the effect. */
  record Marker(long fence, String digest) {}

  private TargetSession(
      TargetDatabase database,
      BaseConnection connection,
      Purpose purpose,
      int backendPid,
      String backendStart) {
    this.database = database;
    this.connection = connection;
    this.purpose = purpose;
    this.backendPid = backendPid;
    this.backendStart = backendStart;
  }

  /** BEGIN and every setting in one round trip. */
  static TargetSession begin(TargetDatabase database, BaseConnection connection, Purpose purpose)
      throws SQLException, ExecutionFault {
    connection.setAutoCommit(false);
    Map<String, String> pinned = pinned(database, connection, purpose);
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
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int position = 1;
      for (String value : pinned.values()) {
        statement.setString(position++, value);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          throw ExecutionFault.of(
              ExecutionFault.Kind.UNREACHABLE, "the target is a standby, expected a primary");
        }
        if (row.getString(4).equals(ISOLATION)) {
          return new TargetSession(database, connection, purpose, row.getInt(2), row.getString(3));
        }
      }
    }
    // Another one would show the catalogue as it was at the start, not as the statement finds it.
    connection.rollback();
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    return begin(database, connection, purpose);
  }

  /**
   * A session whose statements run outside a transaction. Its settings came with the connection,
   * because none could be local to a transaction; a pool that dropped them is refused.
   */
  static TargetSession outside(TargetDatabase database, BaseConnection connection, Purpose purpose)
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
        throw ExecutionFault.of(
            ExecutionFault.Kind.UNREACHABLE, "the target is a standby, expected a primary");
      }
      if (!purpose.applicationName().equals(row.getString(4))
          || !database.searchPath().equals(row.getString(5))) {
        throw ExecutionFault.of(
            ExecutionFault.Kind.NO_CREDENTIAL,
            "a statement outside a transaction needs a connection without a pool in between");
      }
      return new TargetSession(database, connection, purpose, row.getInt(2), row.getString(3));
    }
  }

  /** What {@link #outside} expects to have come with the connection. */
  static Map<String, String> settingsOutside(TargetDatabase database, Purpose purpose) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("search_path", database.searchPath());
    settings.put("statement_timeout", millis(purpose.timeout()));
    settings.put("lock_timeout", millis(database.settings().lockTimeout()));
    settings.put("synchronous_commit", "on");
    settings.put("row_security", "on");
    settings.put("TimeZone", "UTC");
    return settings;
  }

  private static Map<String, String> pinned(
      TargetDatabase database, BaseConnection connection, Purpose purpose) {
    Map<String, String> pinned = new LinkedHashMap<>();
    pinned.put("search_path", database.searchPath());
    pinned.put("application_name", purpose.applicationName());
    pinned.put("statement_timeout", millis(purpose.timeout()));
    pinned.put("lock_timeout", millis(database.settings().lockTimeout()));
    pinned.put(
        "idle_in_transaction_session_timeout", millis(database.settings().idleInTransaction()));
    pinned.put("synchronous_commit", "on");
    pinned.put("standard_conforming_strings", "on");
    pinned.put("transform_null_equals", "off");
    pinned.put("row_security", "on");
    pinned.put("check_function_bodies", "on");
    pinned.put("TimeZone", "UTC");
    pinned.put("IntervalStyle", "postgres");
    pinned.put("bytea_output", "hex");
    pinned.put("extra_float_digits", "1");
    if (connection.haveMinimumServerVersion(CONNECTION_CHECK_SINCE)) {
      pinned.put("client_connection_check_interval", "1000");
    }
    if (purpose.isRead()) {
      // A speed bump; the read role's missing privileges are the wall.
      pinned.put("default_transaction_read_only", "on");
      pinned.put("transaction_read_only", "on");
    }
    return pinned;
  }

  private static String millis(Duration duration) {
    return duration.toMillis() + "ms";
  }

  /**
   * Inserts the marker; waits while another attempt's marker is neither committed nor aborted.
   *
   * @return empty where an earlier attempt has committed
   */
  Optional<Identity> mark(ActionId id, long fence, Digest digest) throws ExecutionFault {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            insert into countersign.execution (action_id, fence, digest) values (?, ?, ?)
            on conflict (action_id) do nothing
            returning pg_catalog.pg_current_xact_id()::text
            """)) {
      statement.setString(1, id.value());
      statement.setLong(2, fence);
      statement.setString(3, digest.value());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(identity(row.getString(1), null)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw ExecutionFault.asking(e);
    }
  }

  /** Who this transaction is, for as long as it runs. */
  Identity identity() throws ExecutionFault {
    try (PreparedStatement statement =
            connection.prepareStatement("select pg_catalog.pg_current_xact_id()::text");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return identity(row.getString(1), null);
    } catch (SQLException e) {
      throw ExecutionFault.asking(e);
    }
  }

  /**
   * The same, and the target never issues this transaction's id again, not even after a crash: a
   * WAL record that carries it is on disk.
   */
  Identity durableIdentity() throws ExecutionFault {
    boolean flushes = connection.haveMinimumServerVersion(FLUSHED_MESSAGE_SINCE);
    // The id is taken first: the record carries the id that the transaction has by then.
    String sql =
        """
        select taken.xid, pg_catalog.pg_logical_emit_message(%s), %s
        from (select pg_catalog.pg_current_xact_id()::text as xid offset 0) as taken
        """
            .formatted(
                flushes ? "false, 'countersign', '', true" : "true, 'countersign', ''",
                INCARNATION);
    Identity identity;
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      identity = identity(row.getString(1), new Incarnation(row.getString(3), row.getString(4)));
    } catch (SQLException e) {
      throw ExecutionFault.asking(e);
    }
    if (!flushes) {
      database.flushWal(purpose.statementClass());
    }
    return identity;
  }

  private Identity identity(String xid, @Nullable Incarnation incarnation) {
    transactionId = xid;
    return new Identity(backendPid, backendStart, xid, incarnation);
  }

  /** Runs the approved bytes; nothing is committed yet. */
  NativeStatement.Answer run(Statement statement, int maxRows) throws ExecutionFault {
    return run(statement, maxRows, Long.MAX_VALUE);
  }

  /** The same with a tighter limit of bytes than the target's. */
  NativeStatement.Answer run(Statement statement, int maxRows, long maxBytes)
      throws ExecutionFault {
    TransactionState before = connection.getTransactionState();
    try {
      NativeStatement.Answer answer =
          NativeStatement.run(
              connection, statement, maxRows, Math.min(maxBytes, database.settings().maxBytes()));
      if (connection.getTransactionState() != before) {
        throw ExecutionFault.of(
            ExecutionFault.Kind.UNKNOWN_OUTCOME, "the statement ended its transaction by itself");
      }
      return answer;
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** Who this is where no transaction is: nothing but the backend. */
  Identity identityOutside() {
    return new Identity(backendPid, backendStart, null, null);
  }

  /**
   * Rows changed in user tables by this transaction, triggers and cascades included and the marker
   * left out. Refuses if the transaction is no longer the one that was identified.
   */
  long rowsChanged() throws ExecutionFault {
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                select pg_catalog.pg_current_xact_id_if_assigned()::text,
                  (select pg_catalog.sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint
                   from pg_catalog.pg_stat_xact_user_tables
                   where not (schemaname = 'countersign' and relname = 'execution'))
                """);
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (transactionId != null && !transactionId.equals(row.getString(1))) {
        throw ExecutionFault.of(
            ExecutionFault.Kind.UNKNOWN_OUTCOME, "the statement ended its transaction by itself");
      }
      return row.getLong(2);
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** What a statement's names mean as this transaction sees it. */
  Resolution meaning(Meanings meanings, Proposal proposal) throws ExecutionFault {
    try (PreparedStatement statement =
        connection.prepareStatement("select pg_catalog.set_config('search_path', ?, true)")) {
      // What people approved without understanding it may have moved it.
      statement.setString(1, database.searchPath());
      statement.executeQuery().close();
      return meanings
          .read(proposal, connection)
          .filter(resolution -> !resolution.isUnreadable())
          .orElseThrow(
              () ->
                  ExecutionFault.of(
                      ExecutionFault.Kind.UNREACHABLE, "the target's catalogue could not be read"));
    } catch (SQLException e) {
      ExecutionFault fault = ExecutionFault.of(e);
      // The statement is not at fault for our own question.
      throw fault.kind() == ExecutionFault.Kind.STATEMENT
          ? ExecutionFault.of(
              ExecutionFault.Kind.UNREACHABLE, "the target's catalogue could not be read")
          : fault;
    }
  }

  /** Where the columns of a result come from. */
  List<ResultColumn> describe(Field @Nullable [] fields) throws ExecutionFault {
    try {
      return fields == null ? List.of() : ResultColumn.describe(connection, fields);
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /**
   * Cancels what this connection runs now, and nothing else: the message carries the connection's
   * own secret.
   */
  synchronized void cancel() {
    if (closed) {
      return;
    }
    cancelled = true;
    try {
      connection.cancelQuery();
    } catch (SQLException e) {
      LOG.info("a statement could not be cancelled, sqlstate {}", e.getSQLState());
    }
  }

  BaseConnection connection() {
    return connection;
  }

  void commit() throws ExecutionFault {
    try {
      connection.commit();
      finished = true;
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  void rollback() throws ExecutionFault {
    try {
      connection.rollback();
      finished = true;
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    // Closing an unfinished connection makes the server roll back.
    // One that was cancelled may be so once more, too late: nobody else gets it.
    if (finished && purpose.isRead() && !cancelled) {
      // Resetting it is nothing the requester should wait for.
      Thread.ofVirtual().name("target-reset").start(() -> database.giveBack(connection));
    } else {
      TargetDatabase.discard(connection);
    }
  }
}
