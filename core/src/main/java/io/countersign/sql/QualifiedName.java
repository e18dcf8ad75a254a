package io.countersign.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes a name of several parts with dots between them. A part that holds a dot or a double quote
 * is quoted, so that {@code "public.orders"} is never taken for {@code public.orders}.
 */
public final class QualifiedName {
  private QualifiedName() {}

  public static String of(List<String> parts) {
    return parts.stream().map(QualifiedName::part).collect(Collectors.joining("."));
  }

  /** The parts of what {@link #of} wrote. */
  public static List<String> parts(String name) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      if (character == '"' && quoted && i + 1 < name.length() && name.charAt(i + 1) == '"') {
        part.append('"');
        i++;
      } else if (character == '"') {
        quoted = !quoted;
      } else if (character == '.' && !quoted) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(character);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static String part(String part) {
    return part.indexOf('.') < 0 && part.indexOf('"') < 0
        ? part
        : '"' + part.replace("\"", "\"\"") + '"';
  }
}
