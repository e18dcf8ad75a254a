package io.countersign.activity.targets;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Field;

/**
 * A column of a result and where its values come from.
 *
 * @param typeOid its type's id in pg_type
 * @param origin null for an expression
 */
public record ResultColumn(String name, int typeOid, String type, @Nullable Origin origin) {

  /**
   * The table and column behind a result column.
   *
   * @param tables {@code schema.table} of the table itself and of all it is a partition of or
   *     inherits from
   * @param ordinary false for a view, a materialised view or a foreign table, whose data lie
   *     elsewhere
   */
  public record Origin(List<String> tables, String column, boolean ordinary) {}

  // Functions are qualified and operators compare equal built-in types, so that nothing in the
  // search path can take their place; unnest of several arrays is syntax, always the built-in.
  private static final String SQL =
      """
      select pg_catalog.format_type(c.typ, c.mod), k.relkind::pg_catalog.text, a.attname,
        array(
          with recursive up(id) as (
            select c.tab
            union
            select i.inhparent from pg_catalog.pg_inherits i join up on i.inhrelid = up.id)
          select array[n.nspname::pg_catalog.text, t.relname::pg_catalog.text]
          from up
          join pg_catalog.pg_class t on t.oid = up.id
          join pg_catalog.pg_namespace n on n.oid = t.relnamespace)
      from unnest(?::pg_catalog.oid[], ?::pg_catalog.int2[], ?::pg_catalog.oid[],
        ?::pg_catalog.int4[]) with ordinality c(tab, att, typ, mod, position)
      left join pg_catalog.pg_class k on k.oid = c.tab
      left join pg_catalog.pg_attribute a on a.attrelid = c.tab and a.attnum = c.att
      order by c.position
      """;

  /** Looks the fields of an answer up in the catalogue. */
  static List<ResultColumn> describe(Connection connection, Field[] fields) throws SQLException {
    List<ResultColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SQL)) {
      statement.setString(1, list(fields, field -> Integer.toUnsignedString(field.getTableOid())));
      statement.setString(2, list(fields, field -> String.valueOf(field.getPositionInTable())));
      statement.setString(3, list(fields, field -> Integer.toUnsignedString(field.getOID())));
      statement.setString(4, list(fields, field -> String.valueOf(field.getMod())));
      try (ResultSet row = statement.executeQuery()) {
        for (Field field : fields) {
          row.next();
          String label = field.getColumnLabel();
          columns.add(new ResultColumn(label, field.getOID(), row.getString(1), origin(row)));
        }
      }
    }
    return columns;
  }

  private static @Nullable Origin origin(ResultSet row) throws SQLException {
    String kind = row.getString(2);
    String column = row.getString(3);
    if (kind == null || column == null) {
      return null;
    }
    List<String> tables = new ArrayList<>();
    Object names = row.getArray(4).getArray();
    if (names instanceof String[][] pairs) {
      for (String[] pair : pairs) {
        tables.add(pair[0] + "." + pair[1]);
      }
    }
    // Toast and sequences count as ordinary here: they hold nothing of another table.
    boolean ordinary = kind.equals("r") || kind.equals("p") || kind.equals("S");
    return new Origin(List.copyOf(tables), column, ordinary);
  }

  private static String list(Field[] fields, Function<Field, String> value) {
    return Arrays.stream(fields).map(value).collect(Collectors.joining(",", "{", "}"));
  }
}
