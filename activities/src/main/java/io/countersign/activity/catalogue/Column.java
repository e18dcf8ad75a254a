package io.countersign.activity.catalogue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** A column of a relation, with its type's id and modifier. */
record Column(long relation, int number, String name, long type, int modifier, String generated) {

  private static final CatalogueQuery QUERY =
      new CatalogueQuery(
          """
          select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod,
            pg_catalog.concat(a.attgenerated, a.attidentity)
          from pg_catalog.pg_attribute a
          where a.attrelid = any (?::pg_catalog.oid[]) and a.attnum > 0 and not a.attisdropped
          order by a.attrelid, a.attnum
          """);

  static List<Column> of(Connection connection, Collection<Long> relations) throws SQLException {
    return QUERY.ask(
        connection,
        row ->
            new Column(
                row.getLong(1),
                row.getInt(2),
                row.getString(3),
                row.getLong(4),
                row.getInt(5),
                row.getString(6)),
        CatalogueQuery.oids(relations));
  }

  /** For a fingerprint. */
  String definition() {
    return number + " " + name + " " + type + " " + modifier + " " + generated;
  }
}
