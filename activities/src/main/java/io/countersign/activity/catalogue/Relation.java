package io.countersign.activity.catalogue;

import io.countersign.sql.QualifiedName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relation of the target.
 *
 * @param kind as in {@code pg_class.relkind}
 * @param ruled true if it has rewrite rules besides the one that makes it a view
 * @param policies a hash of its row security, or null where it has none
 * @param bypasses whether the role passes by its row security; null where that is unknown
 */
record Relation(
    long oid,
    String schema,
    String name,
    String kind,
    boolean ruled,
    @Nullable String policies,
    @Nullable Boolean bypasses) {

  static final CatalogueQuery QUERY =
      new CatalogueQuery(
          """
          select c.oid, n.nspname, c.relname, c.relkind::pg_catalog.text,
            exists (select from pg_catalog.pg_rewrite w
              where w.ev_class = c.oid and w.rulename <> '_RETURN'::pg_catalog.name),
            case when c.relrowsecurity then pg_catalog.concat(c.relforcerowsecurity,
              (select pg_catalog.string_agg(
                 pg_catalog.concat_ws('|', p.polname, p.polcmd, p.polpermissive, p.polroles,
                   p.polqual, p.polwithcheck), ';' order by p.polname)
               from pg_catalog.pg_policy p where p.polrelid = c.oid)) end,
            (select r.rolsuper or r.rolbypassrls
               or (not c.relforcerowsecurity
                 and pg_catalog.pg_has_role(r.oid, c.relowner, 'usage'))
             from pg_catalog.pg_roles r
             where r.rolname = coalesce(?::pg_catalog.text, current_user::pg_catalog.text)
               ::pg_catalog.name)
          from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where c.oid = any (?::pg_catalog.oid[])
          order by n.nspname, c.relname
          """);

  static Relation read(ResultSet row) throws SQLException {
    return new Relation(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getBoolean(5),
        row.getString(6),
        row.getObject(7) == null ? null : row.getBoolean(7));
  }

  /** {@code schema.table}. */
  String qualified() {
    return QualifiedName.of(List.of(schema, name));
  }

  boolean isView() {
    return kind.equals("v") || kind.equals("m");
  }

  boolean isOfTheSystem() {
    return schema.equals("pg_catalog") || schema.equals("information_schema");
  }

  /** How it is called among the subjects of a fingerprint. */
  String subject() {
    return switch (kind) {
      case "v" -> "view " + qualified();
      case "m" -> "materialized view " + qualified();
      case "f" -> "foreign table " + qualified();
      default -> "table " + qualified();
    };
  }
}
