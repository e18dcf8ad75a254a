package io.countersign.activity.export;

import io.countersign.activity.masking.ResultMask;
import io.countersign.activity.targets.ResultColumn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.postgresql.core.Tuple;

/**
 * RFC 4180: a line of names, then a line a row, each ended by CR LF. NULL is nothing at all, an
 * empty text is two quotes.
 */
final class CsvFormat implements RowFormat {
  private static final byte[] END = {'\r', '\n'};
  private static final byte[] MASKED = ResultMask.MASKED.getBytes(StandardCharsets.UTF_8);

  private final List<byte[]> names;
  private final boolean[] masked;

  CsvFormat(List<ResultColumn> columns, Predicate<ResultColumn> hides) {
    names = columns.stream().map(column -> column.name().getBytes(StandardCharsets.UTF_8)).toList();
    masked = new boolean[columns.size()];
    for (int i = 0; i < masked.length; i++) {
      masked[i] = hides.test(columns.get(i));
    }
  }

  @Override
  public void head(ByteBuilder out) {
    for (int i = 0; i < names.size(); i++) {
      if (i > 0) {
        out.put(',');
      }
      value(out, names.get(i));
    }
    out.put(END);
  }

  @Override
  public void row(ByteBuilder out, Tuple row) {
    for (int i = 0; i < masked.length; i++) {
      if (i > 0) {
        out.put(',');
      }
      byte[] value = masked[i] ? MASKED : row.get(i);
      if (value != null) {
        value(out, value);
      }
    }
    out.put(END);
  }

  private static void value(ByteBuilder out, byte[] value) {
    if (!needsQuotes(value)) {
      out.put(value);
      return;
    }
    out.put('"');
    int from = 0;
    for (int i = 0; i < value.length; i++) {
      if (value[i] == '"') {
        out.put(value, from, i + 1).put('"');
        from = i + 1;
      }
    }
    out.put(value, from, value.length).put('"');
  }

  private static boolean needsQuotes(byte[] value) {
    for (byte b : value) {
      if (b == ',' || b == '"' || b == '\r' || b == '\n') {
        return true;
      }
    }
    return value.length == 0;
  }
}
