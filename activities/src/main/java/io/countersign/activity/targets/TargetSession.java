package io.countersign.activity.targets;

import io.countersign.action.Digest;
import io.countersign.action.Proposal;
import io.countersign.action.Statement;
import io.countersign.activity.targets.Identity.Incarnation;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.sql.Resolution;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One open transaction on a target, with everything pinned that a role or session could bend. */
public final class TargetSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TargetSession.class);

  /** Which cluster this is, and which of its histories; two columns. */
  static final String INCARNATION =
      """
      (select system_identifier::text from pg_catalog.pg_control_system()),
      pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)
      """;

  private static final int FLUSHED_MESSAGE_SINCE = 170_000;

  private final TargetDatabase database;
  private final BaseConnection connection;
  private final Purpose purpose;
  private final SessionStart start;
  private @Nullable String transactionId;

  /** Rows changed by what ran so far; null where something ran since they were counted. */
  private @Nullable Long counted;

  private boolean finished;
  private boolean cancelled;
  private boolean closed;

  /** The row that commits together with the effect. */
  public record Marker(long fence, String digest) {}

  private TargetSession(
      TargetDatabase database, BaseConnection connection, Purpose purpose, SessionStart start) {
    this.database = database;
    this.connection = connection;
    this.purpose = purpose;
    this.start = start;
  }

  /** BEGIN and every setting in one round trip. */
  static TargetSession begin(TargetDatabase database, BaseConnection connection, Purpose purpose)
      throws SQLException, ExecutionFault {
    TargetSession session = unbegun(database, connection, purpose);
    session.start.ask("select", List.of(), row -> true);
    return session;
  }

  /** The same, sent along with what identifies the transaction, which must come first. */
  static TargetSession unbegun(TargetDatabase database, BaseConnection connection, Purpose purpose)
      throws SQLException {
    connection.setAutoCommit(false);
    return new TargetSession(
        database, connection, purpose, new SessionStart(database, connection, purpose));
  }

  /**
   * A session whose statements run outside a transaction. Its settings came with the connection,
   * because none could be local to a transaction; a pool that dropped them is refused.
   */
  static TargetSession outside(TargetDatabase database, BaseConnection connection, Purpose purpose)
      throws SQLException, ExecutionFault {
    return new TargetSession(
        database, connection, purpose, SessionStart.outside(database, connection, purpose));
  }

  /**
   * Inserts the marker; waits while another attempt's marker is neither committed nor aborted.
   *
   * @return empty where an earlier attempt has committed
   */
  Optional<Identity> mark(String marker, long fence, Digest digest) throws ExecutionFault {
    String sql =
        """
        insert into countersign.execution (action_id, fence, digest) values (?, ?, ?)
        on conflict (action_id) do nothing
        returning pg_catalog.pg_current_xact_id()::text
        """;
    try {
      Optional<String> xid =
          start.ask(
              sql,
              List.of(marker, fence, digest.value()),
              row -> row.next() ? Optional.of(row.getString(1)) : Optional.empty());
      return xid.map(own -> identity(own, null));
    } catch (SQLException e) {
      throw ExecutionFault.asking(e);
    }
  }

  /** Who this transaction is, for as long as it runs. */
  Identity identity() throws ExecutionFault {
    try {
      String sql = "select pg_catalog.pg_current_xact_id()::text";
      return identity(start.ask(sql, List.of(), row -> row.next() ? row.getString(1) : ""), null);
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
    try {
      identity =
          start.ask(
              sql,
              List.of(),
              row -> {
                row.next();
                Incarnation now = new Incarnation(row.getString(3), row.getString(4));
                return identity(row.getString(1), now);
              });
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
    return new Identity(start.backendPid(), start.backendStart(), xid, incarnation);
  }

  /** Runs the approved bytes; nothing is committed yet. */
  public NativeStatement.Answer run(Statement statement, int maxRows) throws ExecutionFault {
    return run(statement, maxRows, Long.MAX_VALUE);
  }

  /** The same with a tighter limit of bytes than the target's. */
  public NativeStatement.Answer run(Statement statement, int maxRows, long maxBytes)
      throws ExecutionFault {
    TransactionState before = connection.getTransactionState();
    if (!start.hasBegun()) {
      throw new IllegalStateException("the transaction has not begun");
    }
    counted = null;
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
  public Identity identityOutside() {
    return new Identity(start.backendPid(), start.backendStart(), null, null);
  }

  /**
   * Rows changed in user tables by this transaction, triggers and cascades included and the marker
   * left out. Refuses if the transaction is no longer the one that was identified.
   */
  public long rowsChanged() throws ExecutionFault {
    Long known = counted;
    return known == null ? count() : known;
  }

  /**
   * Counts them, and sets the search path, which what people approved without understanding it may
   * have moved.
   */
  private long count() throws ExecutionFault {
    String sql =
        """
        select pg_catalog.pg_current_xact_id_if_assigned()::text,
          (select pg_catalog.sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint
           from pg_catalog.pg_stat_xact_user_tables
           where not (schemaname = 'countersign' and relname = 'execution')),
          pg_catalog.set_config('search_path', ?, true)
        """;
    try {
      return start.ask(
          sql,
          List.of(database.searchPath()),
          row -> {
            row.next();
            String xid = row.getString(1);
            if (transactionId != null && !transactionId.equals(xid)) {
              throw ExecutionFault.of(
                  ExecutionFault.Kind.UNKNOWN_OUTCOME,
                  "the statement ended its transaction by itself");
            }
            counted = row.getLong(2);
            return row.getLong(2);
          });
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  /** What a statement's names mean as this transaction sees it. */
  public Resolution meaning(Meanings meanings, Proposal proposal) throws ExecutionFault {
    try {
      if (purpose.isRead()) {
        String sql = "select pg_catalog.set_config('search_path', ?, true)";
        start.ask(sql, List.of(database.searchPath()), row -> true);
      } else if (counted == null) {
        count();
      }
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
  public List<ResultColumn> describe(Field @Nullable [] fields) throws ExecutionFault {
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
  public synchronized void cancel() {
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

  public BaseConnection connection() {
    counted = null;
    return connection;
  }

  public void commit() throws ExecutionFault {
    try {
      connection.commit();
      finished = true;
    } catch (SQLException e) {
      throw ExecutionFault.of(e);
    }
  }

  public void rollback() throws ExecutionFault {
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
