package io.countersign.sql;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells, by their words, the statements that PostgreSQL runs in no transaction block. One that is
 * missed here is refused by PostgreSQL before it does anything.
 */
public final class OutsideTransaction {
  private static final List<Pattern> FORMS =
      List.of(
          Pattern.compile("CREATE (UNIQUE )?INDEX CONCURRENTLY\\b.*"),
          Pattern.compile("DROP INDEX CONCURRENTLY\\b.*"),
          Pattern.compile("ALTER TABLE .* DETACH PARTITION .* CONCURRENTLY"),
          Pattern.compile("REINDEX .*\\bCONCURRENTLY\\b.*"),
          Pattern.compile("REINDEX (\\([^)]*\\) )?(SCHEMA|DATABASE|SYSTEM)\\b.*"),
          Pattern.compile("VACUUM\\b.*"),
          Pattern.compile("CLUSTER( VERBOSE)?"),
          Pattern.compile("(CREATE|DROP) (DATABASE|TABLESPACE|SUBSCRIPTION)\\b.*"),
          Pattern.compile("ALTER DATABASE .* SET TABLESPACE .*"),
          Pattern.compile("ALTER (SYSTEM|SUBSCRIPTION)\\b.*"));

  private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'");

  private OutsideTransaction() {}

  /** True where the statement cannot run inside a transaction. */
  public static boolean isNeeded(String sql) {
    String words =
        QUOTED
            .matcher(withoutComments(sql))
            .replaceAll("x")
            .replaceAll("[\\s;]+", " ")
            .strip()
            .toUpperCase(Locale.ROOT);
    return FORMS.stream().anyMatch(form -> form.matcher(words).matches());
  }

  private static String withoutComments(String sql) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < sql.length()) {
      char c = sql.charAt(i);
      if (sql.startsWith("--", i)) {
        i = StatementGate.endOfLine(sql, i);
      } else if (sql.startsWith("/*", i)) {
        i = StatementGate.endOfComment(sql, i);
        out.append(' ');
      } else if (c == '"' || c == '\'') {
        int end = sql.indexOf(c, i + 1);
        end = end < 0 ? sql.length() : end + 1;
        out.append(sql, i, end);
        i = end;
      } else {
        out.append(c);
        i++;
      }
    }
    return out.toString();
  }
}
