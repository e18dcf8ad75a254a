package io.countersign.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes RFC 8785 canonical JSON of a closed schema: objects, arrays, strings, booleans,
 * null and integers within ±2^53. Everything else is refused, lone surrogates too.
 */
public final class CanonicalJson {
  private static final long MAX_INTEGER = 1L << 53;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private CanonicalJson() {}

  /**
   * @param value a {@code Map<String, ?>}, {@code List<?>}, String, Boolean, Integer, Long or null
   * @throws IllegalArgumentException for any other type, a large integer or a lone surrogate
   */
  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  /** The object whose one text this is; empty for any other text. */
  static Optional<Map<String, @Nullable Object>> read(String text) {
    try {
      Map<String, @Nullable Object> value = MAPPER.readValue(text, new TypeReference<>() {});
      if (value != null && write(value).equals(text)) {
        return Optional.of(value);
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      // Falls through to the one answer for every wrong form.
    }
    return Optional.empty();
  }

  private static void append(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> appendObject(out, map);
      case List<?> list -> appendArray(out, list);
      case String text -> appendString(out, text);
      case Boolean bool -> out.append(bool.booleanValue());
      case Integer number -> out.append(number.intValue());
      case Long number -> appendLong(out, number);
      default ->
          throw new IllegalArgumentException("no canonical form for " + value.getClass().getName());
    }
  }

  private static void appendLong(StringBuilder out, long number) {
    if (number > MAX_INTEGER || number < -MAX_INTEGER) {
      throw new IllegalArgumentException("integer beyond 2^53");
    }
    out.append(number);
  }

  private static void appendObject(StringBuilder out, Map<?, ?> map) {
    // String.compareTo orders by UTF-16 code units, which is what RFC 8785 section 3.2.3 asks.
    TreeMap<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put((String) key, value));
    out.append('{');
    String separator = "";
    for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
      out.append(separator);
      appendString(out, entry.getKey());
      out.append(':');
      append(out, entry.getValue());
      separator = ",";
    }
    out.append('}');
  }

  private static void appendArray(StringBuilder out, List<?> list) {
    out.append('[');
    String separator = "";
    for (Object element : list) {
      out.append(separator);
      append(out, element);
      separator = ",";
    }
    out.append(']');
  }

  private static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new IllegalArgumentException("lone surrogate");
        }
        out.append(c).append(text.charAt(++i));
      } else {
        appendCharacter(out, c);
      }
    }
    out.append('"');
  }

  private static void appendCharacter(StringBuilder out, char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (c < 0x20) {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
    }
  }
}
