package io.countersign.activity.catalogue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the relations of a statement as the search path of its role does. */
public final class Names {
  private static final CatalogueQuery QUERY =
      new CatalogueQuery(
          """
          select q.position, k.oid
          from unnest(?::pg_catalog.text[], ?::pg_catalog.text[])
            with ordinality q(schema, relation, position)
          join lateral (
            select c.oid, p.position
            from unnest(?::pg_catalog.text[]) with ordinality p(schema, position)
            join pg_catalog.pg_namespace n on n.nspname = p.schema::pg_catalog.name
            join pg_catalog.pg_class c on c.relnamespace = n.oid
            where q.schema is null and c.relname = q.relation::pg_catalog.name
              and coalesce(
                (select pg_catalog.has_schema_privilege(r.oid, n.oid, 'usage')
                 from pg_catalog.pg_roles r
                 where r.rolname = coalesce(?::pg_catalog.text, current_user::pg_catalog.text)
                   ::pg_catalog.name),
                true)
            union all
            select c.oid, 0
            from pg_catalog.pg_namespace n join pg_catalog.pg_class c on c.relnamespace = n.oid
            where n.nspname = q.schema::pg_catalog.name
              and c.relname = q.relation::pg_catalog.name
            order by 2 limit 1) k on true
          order by q.position
          """);

  private Names() {}

  /** The ids of those that exist, by the name as written. */
  static Map<String, Long> find(
      Connection connection, List<String> written, List<String> path, @Nullable String role)
      throws SQLException {
    return QUERY.find(connection, written, CatalogueQuery.texts(path), role);
  }
}
