package io.countersign.activity.catalogue;

import io.countersign.sql.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One question to pg_catalog. Functions, types and relations in it are qualified, and operators
 * compare equal built-in types, so that nothing in a search path can take their place.
 */
record CatalogueQuery(String sql) {

  /** Makes an answer of one row. */
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  <T> List<T> ask(Connection connection, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, values);
      try (ResultSet row = statement.executeQuery()) {
        List<T> answers = new ArrayList<>();
        while (row.next()) {
          answers.add(reader.read(row));
        }
        return answers;
      }
    }
  }

  /**
   * Ids by name, for a question whose first parameters are schemas and names, the schema null where
   * none is written, and whose answer is the name's position and an id.
   *
   * @return those that exist, by the name as written
   */
  Map<String, Long> find(Connection connection, List<String> written, @Nullable Object... rest)
      throws SQLException {
    List<@Nullable String> schemas = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String name : written) {
      List<String> parts = QualifiedName.parts(name);
      // A database before the schema is the one we are connected to, or an error of PostgreSQL's.
      schemas.add(parts.size() > 1 ? parts.get(parts.size() - 2) : null);
      names.add(parts.getLast());
    }
    List<@Nullable Object> values = new ArrayList<>(List.of(texts(schemas), texts(names)));
    values.addAll(Arrays.asList(rest));
    Map<String, Long> found = new LinkedHashMap<>();
    ask(connection, row -> Map.entry(row.getInt(1), row.getLong(2)), values.toArray())
        .forEach(entry -> found.put(written.get(entry.getKey() - 1), entry.getValue()));
    return found;
  }

  static void bind(Connection connection, PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof Texts texts) {
        statement.setArray(i + 1, connection.createArrayOf("text", texts.values()));
      } else {
        statement.setString(i + 1, (String) values[i]);
      }
    }
  }

  /** Texts for a parameter that is an array; null is a missing one. */
  record Texts(@Nullable Object[] values) {}

  static Texts texts(Collection<? extends @Nullable String> values) {
    return new Texts(values.toArray());
  }

  static String oids(Collection<Long> oids) {
    return oids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
  }
}
