package io.countersign.worker;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Where a text stands in a database, whatever tables and columns it has by now. */
final class PlacesOfText {
  private PlacesOfText() {}

  /** Each {@code table.column} with a value that holds it, in any case. */
  static Set<String> of(Jdbi jdbi, String text) {
    return jdbi.withHandle(
        handle -> {
          Set<String> places = new TreeSet<>();
          for (Column column : columns(handle)) {
            if (holds(handle, column, text)) {
              places.add(column.table() + "." + column.name());
            }
          }
          return places;
        });
  }

  record Column(String table, String name, String type) {}

  private static List<Column> columns(Handle handle) {
    return handle
        .createQuery(
            """
            select table_name, column_name, data_type from information_schema.columns
            where table_schema = 'public'
            """)
        .map((row, context) -> new Column(row.getString(1), row.getString(2), row.getString(3)))
        .list();
  }

  private static boolean holds(Handle handle, Column column, String text) {
    String value =
        column.type().equals("bytea")
            ? "encode(%s, 'escape')".formatted(quoted(column.name()))
            : quoted(column.name()) + "::text";
    return handle
        .createQuery(
            "select exists (select from %s where strpos(lower(%s), lower(:text)) > 0)"
                .formatted(quoted(column.table()), value))
        .bind("text", text)
        .mapTo(Boolean.class)
        .one();
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }
}
