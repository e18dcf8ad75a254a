package io.countersign.activity.catalogue;

import io.countersign.sql.QualifiedName;
import io.countersign.sql.RowChange.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The triggers that changes of rows fire, and the code they run. */
final class Triggers {
  private static final int DELETE = 1 << 3;
  private static final int INSERT = 1 << 2;
  private static final int UPDATE = 1 << 4;
  private static final int TRUNCATE = 1 << 5;

  private static final CatalogueQuery QUERY =
      new CatalogueQuery(
          """
          select g.tgrelid, g.tgname, g.tgtype, n.nspname, f.proname, f.prosecdef, f.oid,
            pg_catalog.concat_ws('|', g.tgtype, g.tgenabled, g.tgattr, g.tgargs, g.tgqual, f.oid,
              f.prosrc, f.probin, f.proconfig, f.prosecdef)
          from pg_catalog.pg_trigger g
          join pg_catalog.pg_proc f on f.oid = g.tgfoid
          join pg_catalog.pg_namespace n on n.oid = f.pronamespace
          where g.tgrelid = any (?::pg_catalog.oid[]) and not g.tgisinternal
            and g.tgenabled <> 'D'
          order by g.tgrelid, g.tgname
          """);

  private record Trigger(
      long relation,
      String name,
      int type,
      String function,
      boolean securityDefiner,
      long functionId,
      String definition) {}

  private final Set<String> effects = new TreeSet<>();
  private final List<Long> functions = new ArrayList<>();

  void read(
      Connection connection, Reach reach, Map<Long, Set<Kind>> changes, Fingerprint fingerprint)
      throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    for (Trigger trigger :
        QUERY.ask(connection, Triggers::trigger, CatalogueQuery.oids(changes.keySet()))) {
      Relation relation = reach.relation(trigger.relation());
      if (relation != null && fires(trigger, changes.getOrDefault(trigger.relation(), Set.of()))) {
        String subject = relation.qualified() + "." + QualifiedName.of(List.of(trigger.name()));
        fingerprint.add("trigger " + subject, trigger.definition());
        functions.add(trigger.functionId());
        effects.add(
            "the trigger %s of %s runs the function %s%s, whose code was not looked into"
                .formatted(
                    Shown.name(trigger.name()),
                    Shown.name(relation.qualified()),
                    Shown.name(trigger.function()),
                    trigger.securityDefiner() ? " with its owner's privileges" : ""));
      }
    }
  }

  private static boolean fires(Trigger trigger, Set<Kind> kinds) {
    return kinds.stream()
        .anyMatch(
            kind ->
                (trigger.type()
                        & switch (kind) {
                          case INSERT -> INSERT;
                          case UPDATE -> UPDATE;
                          case DELETE -> DELETE;
                          case TRUNCATE, TRUNCATE_CASCADE -> TRUNCATE;
                        })
                    != 0);
  }

  private static Trigger trigger(ResultSet row) throws SQLException {
    return new Trigger(
        row.getLong(1),
        row.getString(2),
        row.getInt(3),
        QualifiedName.of(List.of(row.getString(4), row.getString(5))),
        row.getBoolean(6),
        row.getLong(7),
        row.getString(8));
  }

  Set<String> effects() {
    return effects;
  }

  /** Ids of the functions that run. */
  List<Long> functions() {
    return functions;
  }
}
