package io.countersign.activity.catalogue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The relations that a statement reaches: what lies beneath views, partitions and children, and,
 * because their tags count too, what a partition or child belongs to.
 */
final class Reach {
  static final int MOST_RELATIONS = 2000;

  private static final CatalogueQuery EDGES =
      new CatalogueQuery(
          """
          select 'BENEATH', w.ev_class, d.refobjid, a.attname
          from pg_catalog.pg_rewrite w
          join pg_catalog.pg_depend d
            on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
              and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.refobjid <> w.ev_class
          left join pg_catalog.pg_attribute a
            on a.attrelid = d.refobjid and a.attnum = d.refobjsubid and a.attnum > 0
          where w.ev_class = any (?::pg_catalog.oid[])
            and w.rulename = '_RETURN'::pg_catalog.name
          union all
          select 'CHILD', i.inhparent, i.inhrelid, null
          from pg_catalog.pg_inherits i where i.inhparent = any (?::pg_catalog.oid[])
          union all
          select 'PARENT', i.inhrelid, i.inhparent, null
          from pg_catalog.pg_inherits i where i.inhrelid = any (?::pg_catalog.oid[])
          """);

  /** How one relation leads to another. */
  enum Step {
    BENEATH,
    CHILD,
    PARENT
  }

  /**
   * @param column that the step uses, null for none in particular
   */
  record Edge(Step step, long from, long to, @Nullable String column) {}

  private final Connection connection;
  private final @Nullable String role;
  private final Map<Long, Relation> relations = new LinkedHashMap<>();
  private final Map<Long, String> ways = new LinkedHashMap<>();
  private final Set<Edge> edges = new LinkedHashSet<>();
  private final Set<Long> wentDown = new LinkedHashSet<>();
  private final Set<Long> wentUp = new LinkedHashSet<>();
  private boolean tooFar;

  Reach(Connection connection, @Nullable String role) {
    this.connection = connection;
    this.role = role;
  }

  /** Adds relations and all that they lead to. */
  void add(Map<Long, String> found) throws SQLException {
    load(found);
    spread(found.keySet(), wentDown, Set.of(Step.BENEATH, Step.CHILD));
    spread(List.copyOf(relations.keySet()), wentUp, Set.of(Step.PARENT));
  }

  private void spread(Collection<Long> from, Set<Long> done, Set<Step> steps) throws SQLException {
    List<Long> frontier = fresh(from, done);
    while (!frontier.isEmpty()) {
      String oids = CatalogueQuery.oids(frontier);
      Map<Long, String> next = new LinkedHashMap<>();
      for (Edge edge :
          EDGES.ask(
              connection,
              row ->
                  new Edge(
                      Step.valueOf(row.getString(1)),
                      row.getLong(2),
                      row.getLong(3),
                      row.getString(4)),
              oids,
              oids,
              oids)) {
        if (steps.contains(edge.step())) {
          edges.add(edge);
          next.putIfAbsent(edge.to(), way(edge));
        }
      }
      tooFar |= relations.size() + next.size() > MOST_RELATIONS;
      if (tooFar) {
        return;
      }
      load(next);
      frontier = fresh(next.keySet(), done);
    }
  }

  /** What was not looked at yet; the system's own views are not looked beneath. */
  private List<Long> fresh(Collection<Long> oids, Set<Long> done) {
    List<Long> fresh = new ArrayList<>();
    for (long oid : oids) {
      Relation relation = relations.get(oid);
      if (relation != null && !relation.isOfTheSystem() && done.add(oid)) {
        fresh.add(oid);
      }
    }
    return fresh;
  }

  private void load(Map<Long, String> found) throws SQLException {
    List<Long> unknown =
        found.keySet().stream().filter(oid -> !relations.containsKey(oid)).toList();
    if (unknown.isEmpty()) {
      return;
    }
    for (Relation relation :
        Relation.QUERY.ask(connection, Relation::read, role, CatalogueQuery.oids(unknown))) {
      relations.put(relation.oid(), relation);
      ways.put(relation.oid(), found.getOrDefault(relation.oid(), ""));
    }
  }

  private String way(Edge edge) {
    Relation from = relations.get(edge.from());
    String name = from == null ? "" : " " + Shown.name(from.qualified());
    return switch (edge.step()) {
      case BENEATH ->
          (from != null && from.kind().equals("m") ? "stored in" : "through the view") + name;
      case CHILD -> "part of" + name;
      case PARENT -> "has the part" + name;
    };
  }

  /** True if there is more than was looked at. */
  boolean isTooFar() {
    return tooFar;
  }

  Collection<Relation> relations() {
    return relations.values();
  }

  @Nullable Relation relation(long oid) {
    return relations.get(oid);
  }

  Set<Long> oids() {
    return relations.keySet();
  }

  String way(long oid) {
    return ways.getOrDefault(oid, "");
  }

  List<Edge> edges(Step step, long from) {
    return edges.stream().filter(edge -> edge.step() == step && edge.from() == from).toList();
  }
}
