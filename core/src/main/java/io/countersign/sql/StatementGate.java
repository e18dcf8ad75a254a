package io.countersign.sql;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a text must be before it is parsed at all. Needs no parser. */
public final class StatementGate {
  public static final int MAXIMUM_BYTES = 64 * 1024;

  private StatementGate() {}

  /** Why the text is no statement, in words for its sender; empty if it may be parsed. */
  public static Optional<String> refusal(String sql) {
    if (sql.length() > MAXIMUM_BYTES
        || sql.getBytes(StandardCharsets.UTF_8).length > MAXIMUM_BYTES) {
      return Optional.of("the statement must be at most 65536 bytes of UTF-8");
    }
    if (sql.indexOf('\0') >= 0) {
      return Optional.of("the statement must not contain the character NUL");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(sql)) {
      return Optional.of("the statement must be Unicode text without lone surrogates");
    }
    if (isEmpty(sql)) {
      return Optional.of("the statement is empty: expected one SQL statement");
    }
    return Optional.empty();
  }

  /** True if there is nothing but blanks, comments and semicolons. */
  private static boolean isEmpty(String sql) {
    int i = 0;
    while (i < sql.length()) {
      if (sql.startsWith("--", i)) {
        i = endOfLine(sql, i);
      } else if (sql.startsWith("/*", i)) {
        i = endOfComment(sql, i);
      } else if (" \t\n\r\f\u000B;".indexOf(sql.charAt(i)) >= 0) {
        i++;
      } else {
        return false;
      }
    }
    return true;
  }

  static int endOfLine(String sql, int from) {
    int i = from;
    while (i < sql.length() && sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  /** Comments nest in PostgreSQL. */
  static int endOfComment(String sql, int from) {
    int depth = 0;
    int i = from;
    while (i < sql.length()) {
      if (sql.startsWith("/*", i)) {
        depth++;
        i += 2;
      } else if (sql.startsWith("*/", i)) {
        depth--;
        i += 2;
        if (depth == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    return i;
  }
}
