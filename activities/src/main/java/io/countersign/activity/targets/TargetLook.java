package io.countersign.activity.targets;

import io.countersign.action.ActionId;
import io.countersign.activity.targets.Identity.Incarnation;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.activity.targets.TargetSession.Marker;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection beside the one that acts, to ask the target what became of an attempt. */
public final class TargetLook implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TargetLook.class);
  private static final String IN_THE_FUTURE = "22023";
  private static final int ENDING_MILLIS = 5_000;

  private final Connection connection;

  /** What pg_xact_status says. */
  enum Status {
    IN_PROGRESS,
    COMMITTED,
    ABORTED,
    /** Too old to be known. */
    FORGOTTEN,
    /** Not issued yet. */
    FUTURE
  }

  TargetLook(Connection connection) {
    this.connection = connection;
  }

  Incarnation incarnation() throws ExecutionFault {
    return row(
        "select " + TargetSession.INCARNATION,
        row -> new Incarnation(row.getString(1), row.getString(2)));
  }

  Status status(String xid) throws ExecutionFault {
    try {
      String answer = text("select pg_catalog.pg_xact_status(?::xid8)", xid);
      return switch (answer) {
        case null -> Status.FORGOTTEN;
        case "in progress" -> Status.IN_PROGRESS;
        case "committed" -> Status.COMMITTED;
        case "aborted" -> Status.ABORTED;
        default -> throw new IllegalStateException("pg_xact_status answers something new");
      };
    } catch (SQLException e) {
      if (IN_THE_FUTURE.equals(e.getSQLState())) {
        return Status.FUTURE;
      }
      throw ExecutionFault.asking(e);
    }
  }

  /** Whether that transaction waits for the second phase of its commit. */
  boolean isPrepared(String xid) throws ExecutionFault {
    return row(
        """
        select exists (
          select from pg_catalog.pg_prepared_xacts where transaction = ?::xid8::xid)
        """,
        row -> row.getBoolean(1),
        xid);
  }

  /** The marker of the attempt that committed. */
  public Optional<Marker> marker(String marker) throws ExecutionFault {
    return row(
        """
        select max(fence), max(digest) from countersign.execution where action_id = ?
        """,
        row ->
            row.getString(2) == null
                ? Optional.empty()
                : Optional.of(new Marker(row.getLong(1), row.getString(2))),
        marker);
  }

  /** Whether the attempt's backend is still at work on it. */
  boolean isRunning(Attempt attempt) throws ExecutionFault {
    return row(
        """
        select exists (
          select from pg_catalog.pg_stat_activity
          where pid = ?::int and extract(epoch from backend_start)::text = ?
            and application_name = ? and state <> 'idle')
        """,
        row -> row.getBoolean(1),
        String.valueOf(attempt.backendPid()),
        attempt.backendStart(),
        Purpose.attemptName(new ActionId(attempt.actionId()), attempt.fence()));
  }

  /** The best proof that this role can leave here. */
  Proof best() throws ExecutionFault {
    return row(
        """
        select
          exists (
            select from pg_catalog.pg_class c
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'countersign' and c.relname = 'execution'
              and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'insert')
              and has_table_privilege(c.oid, 'select')),
          (select bool_and(has_function_privilege(oid, 'execute')) from pg_catalog.pg_proc
           where pronamespace = 'pg_catalog'::regnamespace
             and proname in ('pg_logical_emit_message', 'pg_control_system',
               'pg_current_wal_lsn', 'pg_walfile_name', 'pg_xact_status'))
        """,
        row -> row.getBoolean(1) ? Proof.LEDGER : row.getBoolean(2) ? Proof.XID : Proof.NONE);
  }

  /** How many indexes of the database were left unfinished. */
  long invalidIndexes() throws ExecutionFault {
    return row(
        "select count(*) from pg_catalog.pg_index where not indisvalid", row -> row.getLong(1));
  }

  /**
   * Ends the attempt's backend, only where process, start and transaction all match: a pool may
   * have lent it to somebody else. What became of the transaction is looked up afterwards, because
   * a commit that waits for a standby stays committed.
   *
   * @return what the backend was waiting for; empty where there is none
   */
  public Optional<String> end(Attempt attempt) throws ExecutionFault {
    String xid = attempt.xid();
    if (xid == null) {
      return Optional.empty();
    }
    Optional<String> waited =
        row(
            """
            select max(coalesce(wait_event, '')), bool_or(ended) from (
              select wait_event, pg_catalog.pg_terminate_backend(pid, %d) as ended
              from pg_catalog.pg_stat_activity
              where pid = ?::int and extract(epoch from backend_start)::text = ?
                and backend_xid = ?::xid8::xid and pid <> pg_catalog.pg_backend_pid()) as ending
            """
                .formatted(ENDING_MILLIS),
            row -> Optional.ofNullable(row.getString(1)),
            String.valueOf(attempt.backendPid()),
            attempt.backendStart(),
            xid);
    if (waited.isPresent()) {
      LOG.warn("ended the backend of attempt {} of {}", attempt.fence(), attempt.actionId());
    }
    return waited;
  }

  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> T row(String sql, Reader<T> reader, String... values) throws ExecutionFault {
    try (PreparedStatement statement = prepared(sql, values);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return reader.read(row);
    } catch (SQLException e) {
      throw ExecutionFault.asking(e);
    }
  }

  private @Nullable String text(String sql, String value) throws SQLException {
    try (PreparedStatement statement = prepared(sql, value);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  private PreparedStatement prepared(String sql, String... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setString(i + 1, values[i]);
    }
    return statement;
  }

  @Override
  public void close() {
    TargetDatabase.discard(connection);
  }
}
