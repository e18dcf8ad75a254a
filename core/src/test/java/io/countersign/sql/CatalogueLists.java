package io.countersign.sql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Generates the lists of functions, operators and types that a read may use, from the catalogue of
 * a real PostgreSQL. To write them anew, give {@link #main} the directory of the lists; then review
 * the difference like code.
 */
final class CatalogueLists {
  static final List<String> LISTS = List.of("functions", "operators", "types");

  private CatalogueLists() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      for (String list : LISTS) {
        Files.write(Path.of(arguments[0], list + ".txt"), generate(postgres, list));
      }
    }
  }

  /** The names in byte order. */
  static List<String> generate(EmbeddedPostgres postgres, String list) throws SQLException {
    String query = String.join("\n", ReviewedList.lines(list + ".sql"));
    List<String> names = new ArrayList<>();
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names.stream().sorted().toList();
  }
}
