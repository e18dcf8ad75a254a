package io.countersign.activity.targets;

import io.countersign.action.Statement;
import io.countersign.activity.targets.ExecutionFault.Kind;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Query;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.Tuple;

/**
 * Reads what one statement returns through a cursor, a batch in memory at a time. How many rows a
 * batch has follows from how large the last ones were.
 */
public final class RowStream {
  /** The driver gives up where one batch has more bytes than this. */
  static final int MOST_BYTES_AT_ONCE = 24 << 20;

  private static final int BATCH_BYTES = 256 << 10;
  private static final int FIRST_ROWS = 100;
  private static final int MOST_ROWS = 10_000;
  private static final int MOST_GROWTH = 8;

  /** A batch that takes as long is large enough: progress and a wish to stop shall be seen. */
  private static final long SLOW_NANOS = 200_000_000;

  /** The driver counts on until a plain query is answered. */
  private static final int COUNTED_BYTES = 8 << 20;

  /** Takes the batches, in their order. */
  public interface Receiver {
    /**
     * @param fields null where the statement returns nothing at all
     * @param batch may be empty
     */
    void batch(Field @Nullable [] fields, List<Tuple> batch) throws ExecutionFault;
  }

  private final BaseConnection connection;
  private final Receiver receiver;
  private int fetchRows = FIRST_ROWS;
  private long counted;

  public RowStream(BaseConnection connection, Receiver receiver) {
    this.connection = connection;
    this.receiver = receiver;
  }

  /** Runs the statement byte for byte, as {@link NativeStatement} does. */
  public void run(Statement statement) throws ExecutionFault {
    QueryExecutor executor = connection.getQueryExecutor();
    Query query = NativeStatement.query(executor, statement);
    Batch batch = new Batch();
    try {
      executor.execute(
          query,
          NativeStatement.parameters(query, statement),
          batch,
          0,
          fetchRows,
          NativeStatement.FLAGS);
      receiver.batch(batch.fields, batch.rows);
      long since = System.nanoTime();
      while (batch.cursor != null) {
        adapt(batch.rows, System.nanoTime() - since);
        since = System.nanoTime();
        ResultCursor more = batch.cursor;
        batch.forget();
        executor.fetch(more, batch, fetchRows, false);
        receiver.batch(batch.fields, batch.rows);
      }
    } catch (SQLException e) {
      if (NativeStatement.BUFFER_EXCEEDED.equals(e.getSQLState())) {
        throw ExecutionFault.of(Kind.TOO_MUCH, "some rows are too large to be exported");
      }
      throw ExecutionFault.of(e);
    } finally {
      query.close();
    }
  }

  private void adapt(List<Tuple> rows, long nanos) throws SQLException {
    long bytes = 0;
    for (Tuple row : rows) {
      bytes += row.length();
    }
    if (!rows.isEmpty()) {
      long fitting = BATCH_BYTES / Math.max(1, bytes / rows.size());
      long growth = nanos > SLOW_NANOS ? 1 : MOST_GROWTH;
      long most = Math.min(MOST_ROWS, rows.size() * growth);
      fetchRows = (int) Math.clamp(fitting, 1, most);
    }
    counted += bytes;
    if (counted > COUNTED_BYTES) {
      try (var plain = connection.createStatement()) {
        plain.execute("select");
      }
      counted = 0;
    }
  }

  /** What the driver hands over of one batch. */
  private static final class Batch extends FirstError {
    private Field @Nullable [] fields;
    private List<Tuple> rows = List.of();
    private @Nullable ResultCursor cursor;

    void forget() {
      rows = List.of();
      cursor = null;
    }

    @Override
    public void handleResultRows(
        Query query, Field[] rowFields, List<Tuple> tuples, @Nullable ResultCursor next) {
      fields = rowFields;
      rows = tuples;
      cursor = next;
    }
  }
}
