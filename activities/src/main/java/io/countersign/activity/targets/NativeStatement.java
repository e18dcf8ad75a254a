package io.countersign.activity.targets;

import io.countersign.action.Statement;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Oid;
import org.postgresql.core.ParameterList;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.SqlCommand;
import org.postgresql.core.Tuple;

/**
 * Sends one statement byte for byte, past the driver's own SQL parser, which would split it at
 * semicolons and take question marks for parameters. It travels in one Parse message of the
 * extended protocol, in which the server refuses a second command. Values are sent untyped as
 * {@code $1}, {@code $2} and so on.
 */
public final class NativeStatement {
  private static final int FETCH_ROWS = 200;
  // The protocol counts parameters in 16 bits.
  private static final int MAX_PARAMETERS = 65_535;
  // The driver's code for a result beyond maxResultBuffer; a broken connection is 08006.
  static final String BUFFER_EXCEEDED = "08S01";
  static final int FLAGS =
      QueryExecutor.QUERY_ONESHOT
          | QueryExecutor.QUERY_NO_BINARY_TRANSFER
          | QueryExecutor.QUERY_FORWARD_CURSOR
          | QueryExecutor.QUERY_BOTH_ROWS_AND_STATUS;

  private NativeStatement() {}

  /**
   * What came back.
   *
   * @param fields null where the statement returns no rows at all
   * @param changed the command tag's row count, 0 where it has none
   * @param tooMuch more rows or bytes than asked for; the rest was not fetched
   */
  public record Answer(
      Field @Nullable [] fields, List<Tuple> rows, long changed, boolean tooMuch) {}

  /** Runs it in the connection's open transaction, or in none where the connection has none. */
  public static Answer run(
      BaseConnection connection, Statement statement, int maxRows, long maxBytes)
      throws SQLException, ExecutionFault {
    QueryExecutor executor = connection.getQueryExecutor();
    Query query = query(executor, statement);
    Collector collector = new Collector(maxRows, maxBytes);
    int flags = FLAGS | (connection.getAutoCommit() ? QueryExecutor.QUERY_SUPPRESS_BEGIN : 0);
    try {
      executor.execute(query, parameters(query, statement), collector, 0, FETCH_ROWS, flags);
      while (collector.cursor != null && !collector.tooMuch) {
        ResultCursor more = collector.cursor;
        collector.cursor = null;
        executor.fetch(more, collector, FETCH_ROWS, false);
      }
    } catch (SQLException e) {
      if (!BUFFER_EXCEEDED.equals(e.getSQLState())) {
        throw e;
      }
      collector.tooMuch = true;
    } finally {
      query.close();
    }
    return new Answer(collector.fields, collector.rows, collector.changed, collector.tooMuch);
  }

  /** The text as it is, with parameters by number. */
  static Query query(QueryExecutor executor, Statement statement) throws ExecutionFault {
    int count = statement.params().size();
    if (count > MAX_PARAMETERS) {
      throw ExecutionFault.of(ExecutionFault.Kind.STATEMENT, "too many parameters");
    }
    NativeQuery text = new NativeQuery(statement.sql(), new int[count], false, SqlCommand.BLANK);
    Query query = executor.wrap(List.of(text));
    if (!query.getNativeSql().equals(statement.sql()) || query.getSubqueries() != null) {
      throw new IllegalStateException("the driver would not send the approved text");
    }
    return query;
  }

  /** The columns that it would return, by asking and not running; null where it returns none. */
  public static Field @Nullable [] describe(BaseConnection connection, Statement statement)
      throws SQLException, ExecutionFault {
    QueryExecutor executor = connection.getQueryExecutor();
    Query query = query(executor, statement);
    Collector collector = new Collector(0, 0);
    try {
      executor.execute(
          query,
          parameters(query, statement),
          collector,
          0,
          0,
          QueryExecutor.QUERY_ONESHOT | QueryExecutor.QUERY_DESCRIBE_ONLY);
    } finally {
      query.close();
    }
    return collector.fields;
  }

  static ParameterList parameters(Query query, Statement statement) throws SQLException {
    ParameterList parameters = query.createParameterList();
    for (int i = 0; i < statement.params().size(); i++) {
      String value = statement.params().get(i);
      if (value == null) {
        parameters.setNull(i + 1, Oid.UNSPECIFIED);
      } else {
        parameters.setStringParameter(i + 1, value, Oid.UNSPECIFIED);
      }
    }
    return parameters;
  }

  /** The value's text as PostgreSQL wrote it, or null. */
  public static @Nullable String text(Tuple row, int column) {
    byte[] value = row.get(column);
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  /** Gathers rows up to the limits. */
  private static final class Collector extends FirstError {
    private final int maxRows;
    private final long maxBytes;
    private final List<Tuple> rows = new ArrayList<>();
    private Field @Nullable [] fields;
    private @Nullable ResultCursor cursor;
    private long bytes;
    private long changed;
    private boolean tooMuch;

    private Collector(int maxRows, long maxBytes) {
      this.maxRows = maxRows;
      this.maxBytes = maxBytes;
    }

    @Override
    public void handleResultRows(
        Query query, Field[] rowFields, List<Tuple> tuples, @Nullable ResultCursor next) {
      if (fields == null && rowFields.length > 0) {
        fields = rowFields;
      }
      cursor = next;
      for (Tuple tuple : tuples) {
        bytes += tuple.length();
        if (rows.size() == maxRows || bytes > maxBytes) {
          tooMuch = true;
          return;
        }
        rows.add(tuple);
      }
    }

    @Override
    public void handleCommandStatus(String status, long updateCount, long insertOid) {
      changed = Math.max(changed, updateCount);
    }
  }
}
