package io.countersign.activity.catalogue;

import io.countersign.sql.KnownNames;
import io.countersign.sql.QualifiedName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Types that are not built in, and whether making a value of them runs nobody's code: enums,
 * domains without conditions, composites of such, and base types of extensions, which only a
 * superuser can make.
 */
final class Types {
  /** Ids below belong to what the server was created with. */
  static final long FIRST_OF_USERS = 16384;

  private static final CatalogueQuery NAMED =
      new CatalogueQuery(
          """
          select q.position, k.oid
          from unnest(?::pg_catalog.text[], ?::pg_catalog.text[])
            with ordinality q(schema, type, position)
          join lateral (
            select t.oid, p.position
            from unnest(?::pg_catalog.text[]) with ordinality p(schema, position)
            join pg_catalog.pg_namespace n on n.nspname = p.schema::pg_catalog.name
            join pg_catalog.pg_type t on t.typnamespace = n.oid
            where t.typname = q.type::pg_catalog.name
              and (q.schema is null or n.nspname = q.schema::pg_catalog.name)
            union all
            select t.oid, 0
            from pg_catalog.pg_namespace n join pg_catalog.pg_type t on t.typnamespace = n.oid
            where n.nspname = q.schema::pg_catalog.name and t.typname = q.type::pg_catalog.name
            order by 2 limit 1) k on true
          order by q.position
          """);

  private static final CatalogueQuery DESCRIBED =
      new CatalogueQuery(
          """
          select t.oid, n.nspname, t.typname, t.typtype::pg_catalog.text, t.typelem, t.typbasetype,
            exists (select from pg_catalog.pg_constraint k
              where k.contypid = t.oid and k.contype = 'c'),
            exists (select from pg_catalog.pg_roles s where s.oid = t.typowner and s.rolsuper)
              and exists (select from pg_catalog.pg_depend e
                where e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and e.objid = t.oid
                  and e.deptype = 'e'),
            pg_catalog.concat_ws(' ', t.typtype, t.typbasetype, t.typtypmod,
              t.typinput::pg_catalog.oid,
              (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, a.atttypid), ','
                 order by a.attnum)
               from pg_catalog.pg_attribute a
               where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
              (select pg_catalog.string_agg(k.conbin::pg_catalog.text, ',' order by k.conname)
               from pg_catalog.pg_constraint k where k.contypid = t.oid and k.contype = 'c')),
            array(select a.atttypid::pg_catalog.int8 from pg_catalog.pg_attribute a
              where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)
          from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
          where t.oid = any (?::pg_catalog.oid[])
          """);

  private final Connection connection;
  private final Map<Long, Type> known = new LinkedHashMap<>();

  /**
   * @param parts types it is made of
   */
  private record Type(
      long oid,
      String schema,
      String name,
      String kind,
      boolean conditions,
      boolean ofExtension,
      String definition,
      List<Long> parts) {}

  Types(Connection connection) {
    this.connection = connection;
  }

  /** The ids of those that exist, by the name as written. */
  Map<String, Long> find(List<String> written, List<String> path) throws SQLException {
    if (written.isEmpty()) {
      return Map.of();
    }
    return NAMED.find(connection, written, CatalogueQuery.texts(path));
  }

  /** The types and all that they are made of. */
  Set<Long> closure(Collection<Long> oids) throws SQLException {
    Set<Long> all = new LinkedHashSet<>(oids);
    List<Long> frontier = List.copyOf(all);
    while (!frontier.isEmpty() && all.size() <= Reach.MOST_RELATIONS) {
      describe(frontier);
      List<Long> next = new ArrayList<>();
      for (long oid : frontier) {
        Type type = known.get(oid);
        if (type != null) {
          type.parts().stream().filter(all::add).forEach(next::add);
        }
      }
      frontier = next;
    }
    return all;
  }

  private void describe(Collection<Long> oids) throws SQLException {
    List<Long> unknown = oids.stream().filter(oid -> !known.containsKey(oid)).toList();
    if (!unknown.isEmpty()) {
      DESCRIBED
          .ask(connection, Types::read, CatalogueQuery.oids(unknown))
          .forEach(type -> known.put(type.oid(), type));
    }
  }

  private static Type read(ResultSet row) throws SQLException {
    List<Long> parts = new ArrayList<>();
    for (long part : new long[] {row.getLong(5), row.getLong(6)}) {
      if (part != 0) {
        parts.add(part);
      }
    }
    parts.addAll(List.of((Long[]) row.getArray(10).getArray()));
    return new Type(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getBoolean(7),
        row.getBoolean(8),
        row.getString(9),
        parts);
  }

  /** True if making and showing a value runs nothing but the server's own code. */
  boolean isHarmless(long oid) throws SQLException {
    closure(List.of(oid));
    Set<Long> seen = new HashSet<>();
    Deque<Long> left = new ArrayDeque<>(List.of(oid));
    while (!left.isEmpty()) {
      long next = left.poll();
      Type type = known.get(next);
      if (type == null || !isHarmlessAlone(type)) {
        return false;
      }
      type.parts().stream().filter(seen::add).forEach(left::add);
    }
    return true;
  }

  private static boolean isHarmlessAlone(Type type) {
    if (type.schema().equals("pg_catalog")) {
      String name = type.name().startsWith("_") ? type.name().substring(1) : type.name();
      return KnownNames.isHarmlessType(List.of(name));
    }
    return switch (type.kind()) {
      case "e", "c" -> true;
      case "d" -> !type.conditions();
      // An array says nothing of its own; any other base type only a superuser can make.
      case "b" -> type.ofExtension() || (type.name().startsWith("_") && !type.parts().isEmpty());
      default -> false;
    };
  }

  /** What a fingerprint says of these. */
  void describe(Collection<Long> oids, Fingerprint fingerprint) throws SQLException {
    Map<String, String> definitions = new HashMap<>();
    for (long oid : closure(oids)) {
      Type type = known.get(oid);
      if (type != null && !type.schema().equals("pg_catalog")) {
        String name = QualifiedName.of(List.of(type.schema(), type.name()));
        definitions.put("type " + name, type.oid() + " " + type.definition());
      }
    }
    definitions.forEach(fingerprint::add);
  }
}
