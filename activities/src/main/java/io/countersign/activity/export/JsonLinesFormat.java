package io.countersign.activity.export;

import io.countersign.activity.masking.ResultMask;
import io.countersign.activity.targets.ResultColumn;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.postgresql.core.Oid;
import org.postgresql.core.Tuple;

/**
 * One JSON object a line. As in results, truth values and integers within 2^53 are JSON's own, NULL
 * is null, and everything else is text.
 */
final class JsonLinesFormat implements RowFormat {
  private static final byte[] NULL = bytes("null");
  private static final byte[] TRUE = bytes("true");
  private static final byte[] FALSE = bytes("false");
  private static final byte[] MASKED = bytes('"' + ResultMask.MASKED + '"');
  private static final byte[] HEX = bytes("0123456789abcdef");

  /** Fewer digits than 2^53 has, so certainly within it. */
  private static final int SAFE_DIGITS = 15;

  private final byte[][] labels;
  private final boolean[] masked;
  private final int[] types;

  JsonLinesFormat(List<ResultColumn> columns, Predicate<ResultColumn> hides) {
    int count = columns.size();
    labels = new byte[count][];
    masked = new boolean[count];
    types = new int[count];
    for (int i = 0; i < count; i++) {
      ResultColumn column = columns.get(i);
      labels[i] = label(i, column.name());
      masked[i] = hides.test(column);
      types[i] = column.typeOid();
    }
  }

  private static byte[] label(int position, String name) {
    ByteBuilder label = new ByteBuilder(64);
    label.put(position == 0 ? '{' : ',');
    text(label, bytes(name));
    label.put(':');
    return Arrays.copyOf(label.array(), label.size());
  }

  @Override
  public void head(ByteBuilder out) {}

  @Override
  public void row(ByteBuilder out, Tuple row) {
    for (int i = 0; i < labels.length; i++) {
      out.put(labels[i]);
      byte[] value = row.get(i);
      if (masked[i]) {
        out.put(MASKED);
      } else if (value == null) {
        out.put(NULL);
      } else {
        value(out, types[i], value);
      }
    }
    out.put('}').put('\n');
  }

  private static void value(ByteBuilder out, int type, byte[] value) {
    switch (type) {
      case Oid.BOOL -> out.put(value[0] == 't' ? TRUE : FALSE);
      case Oid.INT2, Oid.INT4 -> out.put(value);
      case Oid.INT8 -> {
        if (value.length <= SAFE_DIGITS || isWithin(value)) {
          out.put(value);
        } else {
          text(out, value);
        }
      }
      default -> text(out, value);
    }
  }

  private static boolean isWithin(byte[] integer) {
    long number = Long.parseLong(new String(integer, StandardCharsets.US_ASCII));
    return ResultMask.isExactInJson(number);
  }

  private static void text(ByteBuilder out, byte[] utf8) {
    out.put('"');
    int from = 0;
    for (int i = 0; i < utf8.length; i++) {
      byte b = utf8[i];
      if (b == '"' || b == '\\') {
        out.put(utf8, from, i).put('\\');
        from = i;
      } else if (b >= 0 && b < 0x20) {
        out.put(utf8, from, i).put('\\').put('u').put('0').put('0');
        out.put(HEX[b >> 4]).put(HEX[b & 15]);
        from = i + 1;
      }
    }
    out.put(utf8, from, utf8.length).put('"');
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
