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
public final class CatalogueLists {
  public static final List<String> LISTS = List.of("functions", "operators", "types");

  private static final List<String> KNOWN =
      List.of(
          "select proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace",
          "select oprname from pg_operator where oprnamespace = 'pg_catalog'::regnamespace",
          "select typname from pg_type where typnamespace = 'pg_catalog'::regnamespace");

  private CatalogueLists() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        Connection connection = postgres.getPostgresDatabase().getConnection()) {
      for (String list : LISTS) {
        Files.write(Path.of(arguments[0], list + ".txt"), generate(connection, list));
      }
    }
  }

  /** The names in byte order, of that server. */
  public static List<String> generate(Connection server, String list) throws SQLException {
    return names(server, String.join("\n", ReviewedList.lines(list + ".sql")));
  }

  /** The names that the analysis goes by, as far as that server has them at all. */
  public static List<String> reviewed(Connection server, String list) throws SQLException {
    List<String> known = names(server, KNOWN.get(LISTS.indexOf(list)));
    return ReviewedList.lines(list + ".txt").stream().filter(known::contains).toList();
  }

  private static List<String> names(Connection server, String query) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = server.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names.stream().sorted().toList();
  }
}
