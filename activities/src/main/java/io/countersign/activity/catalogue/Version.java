package io.countersign.activity.catalogue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * Which rows of the catalogue a reading rests on, and their versions: those it used and the places
 * where it found nothing. Equal versions mean that reading again would say the same. One round trip
 * of look-ups by index.
 *
 * @param names relations looked for, without schema
 * @param functions of triggers
 */
record Version(
    List<String> schemas,
    List<String> names,
    List<Long> relations,
    List<String> called,
    List<String> operators,
    List<String> types,
    Collection<Long> typeIds,
    Collection<Long> functions,
    @Nullable String role) {

  /** What stands behind {@code q.} is a parameter, which may occur more than once. */
  private static final String QUESTION =
      """
      select pg_catalog.string_agg(v.row, ',') from (
        select pg_catalog.concat('n', n.oid, ':', n.xmin, n.ctid) as row
        from pg_catalog.pg_namespace n where n.nspname = any (q.schemas)
        union all
        select pg_catalog.concat('r', c.oid, ':', c.xmin, c.ctid)
        from pg_catalog.pg_class c where c.relname = any (q.names)
        union all
        select pg_catalog.concat('c', c.oid, ':', c.xmin, c.ctid)
        from pg_catalog.pg_class c where c.oid = any (q.relations)
        union all
        select pg_catalog.concat('a', a.attrelid, ':', a.attnum, ':', a.xmin, a.ctid)
        from pg_catalog.pg_attribute a where a.attrelid = any (q.relations) and a.attnum > 0
        union all
        select pg_catalog.concat('w', w.oid, ':', w.xmin, w.ctid)
        from pg_catalog.pg_rewrite w where w.ev_class = any (q.relations)
        union all
        select pg_catalog.concat('g', g.oid, ':', g.xmin, g.ctid)
        from pg_catalog.pg_trigger g where g.tgrelid = any (q.relations)
        union all
        select pg_catalog.concat('p', p.oid, ':', p.xmin, p.ctid)
        from pg_catalog.pg_policy p where p.polrelid = any (q.relations)
        union all
        select pg_catalog.concat('i', i.inhrelid, ':', i.xmin, i.ctid)
        from pg_catalog.pg_inherits i where i.inhparent = any (q.relations)
        union all
        select pg_catalog.concat('j', i.inhparent, ':', i.xmin, i.ctid)
        from pg_catalog.pg_inherits i where i.inhrelid = any (q.relations)
        union all
        select pg_catalog.concat('k', k.oid, ':', k.xmin, k.ctid)
        from pg_catalog.pg_constraint k where k.contypid = any (q.typeids)
        union all
        select pg_catalog.concat('f', f.oid, ':', f.xmin, f.ctid)
        from pg_catalog.pg_proc f
        where f.proname = any (q.called)
          and f.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
        union all
        select pg_catalog.concat('h', f.oid, ':', f.xmin, f.ctid)
        from pg_catalog.pg_proc f where f.oid = any (q.functions)
        union all
        select pg_catalog.concat('o', o.oid, ':', o.xmin, o.ctid)
        from pg_catalog.pg_operator o
        where o.oprname = any (q.operators)
          and o.oprnamespace <> 'pg_catalog'::pg_catalog.regnamespace
        union all
        select pg_catalog.concat('t', t.oid, ':', t.xmin, t.ctid)
        from pg_catalog.pg_type t where t.typname = any (q.types)
        union all
        select pg_catalog.concat('u', t.oid, ':', t.xmin, t.ctid)
        from pg_catalog.pg_type t where t.oid = any (q.typeids)
        union all
        select pg_catalog.concat('x', c.oid, ':', c.xmin, c.ctid)
        from pg_catalog.pg_cast c where c.oid >= 16384::pg_catalog.oid
        union all
        select pg_catalog.concat('s', s.oid, s.rolsuper, s.rolbypassrls)
        from pg_catalog.pg_roles s where s.rolname = q.role
      ) v
      """;

  private static final Pattern PARAMETER = Pattern.compile("q\\.([a-z]+)");
  private static final List<String> PARAMETERS =
      PARAMETER.matcher(QUESTION).results().map(match -> match.group(1)).toList();
  private static final String SQL =
      PARAMETER.matcher(QUESTION).replaceAll(match -> parameter(match.group(1)));

  private static String parameter(String name) {
    return switch (name) {
      case "relations", "typeids", "functions" -> "?::pg_catalog.oid[]";
      case "role" -> "?::pg_catalog.name";
      default -> "?::pg_catalog.name[]";
    };
  }

  /** Keeps the plan on the server's side, for connections that are kept themselves. */
  String read(Connection connection, boolean isKept) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SQL)) {
      if (isKept) {
        statement.unwrap(PGStatement.class).setPrepareThreshold(1);
      }
      CatalogueQuery.bind(connection, statement, PARAMETERS.stream().map(this::value).toArray());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return String.valueOf(row.getString(1));
      }
    }
  }

  private @Nullable Object value(String name) {
    return switch (name) {
      case "schemas" -> CatalogueQuery.texts(schemas);
      case "names" -> CatalogueQuery.texts(names);
      case "relations" -> CatalogueQuery.oids(relations);
      case "called" -> CatalogueQuery.texts(called);
      case "operators" -> CatalogueQuery.texts(operators);
      case "types" -> CatalogueQuery.texts(types);
      case "typeids" -> CatalogueQuery.oids(typeIds);
      case "functions" -> CatalogueQuery.oids(functions);
      case "role" -> role;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
