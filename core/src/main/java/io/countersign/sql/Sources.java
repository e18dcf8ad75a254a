package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The relations that a data change reads its condition from.
 *
 * @param target the name its columns are qualified by
 * @param relation the table it changes, without schema
 * @param copies names under which the table's rows are read once more
 * @param queries the WITH clause's queries
 * @param alone true if no other relation's columns can be meant by a name without qualifier
 * @param any true if every column counts as the target's
 */
record Sources(
    String target,
    String relation,
    Set<String> copies,
    JsonNode queries,
    boolean alone,
    boolean any) {

  static final Sources ANY = new Sources("", "", Set.of(), MissingNode.getInstance(), true, true);

  static Sources of(JsonNode statement) {
    JsonNode changed = statement.path("relation");
    String relation = changed.path("relname").asText();
    String target = changed.path("alias").path("aliasname").asText(relation);
    JsonNode queries = statement.path("withClause").path("ctes");
    Sources bare = new Sources(target, relation, Set.of(), queries, true, false);
    Set<String> copies = new HashSet<>();
    boolean alone = true;
    for (String field : List.of("usingClause", "fromClause", "sourceRelation")) {
      JsonNode others = statement.path(field);
      alone &= others.isMissingNode();
      bare.addCopies(others, copies);
    }
    return new Sources(target, relation, copies, queries, alone, false);
  }

  Sources {
    copies = Set.copyOf(copies);
  }

  private void addCopies(JsonNode from, Set<String> names) {
    if (from.isArray()) {
      from.forEach(item -> addCopies(item, names));
    } else if (from.has("JoinExpr")) {
      addCopies(from.path("JoinExpr").path("larg"), names);
      addCopies(from.path("JoinExpr").path("rarg"), names);
    } else if (isTargetWhole(from, new HashSet<>())) {
      JsonNode item = from.elements().next();
      names.add(item.path("alias").path("aliasname").asText(item.path("relname").asText()));
    }
  }

  boolean isTargetColumn(List<String> names) {
    if (any) {
      return true;
    }
    return names.size() == 1
        ? alone && !names.getFirst().equals(target)
        : isQualifiedTargetColumn(names);
  }

  boolean isQualifiedTargetColumn(List<String> names) {
    return names.size() > 1 && names.get(names.size() - 2).equals(target);
  }

  /** The same column of the target and of a copy of it. */
  boolean isSameColumn(List<String> left, List<String> right) {
    return left.size() > 1
        && right.size() > 1
        && left.getLast().equals(right.getLast())
        && (isQualifiedTargetColumn(left) && copies.contains(right.get(right.size() - 2))
            || isQualifiedTargetColumn(right) && copies.contains(left.get(left.size() - 2)));
  }

  /** True if the table stands anywhere in a query. */
  boolean readsTarget(JsonNode query) {
    return query.findValuesAsText("relname").contains(relation);
  }

  /** True if a query may return something for every row of the table. */
  boolean readsTargetWhole(JsonNode query) {
    return isWhole(query.path("SelectStmt"), new HashSet<>());
  }

  private boolean isWhole(JsonNode select, Set<String> seen) {
    if (select.has("larg")) {
      return isWhole(select.path("larg"), seen) || isWhole(select.path("rarg"), seen);
    }
    JsonNode from = select.path("fromClause");
    return from.size() == 1
        && isTargetWhole(from.path(0), seen)
        && !select.has("limitCount")
        && !select.has("havingClause")
        && Bounds.isConstant(select.path("whereClause"));
  }

  /** Looks into each query of the WITH clause once: it may name itself. */
  private boolean isTargetWhole(JsonNode item, Set<String> seen) {
    if (item.has("RangeSubselect")) {
      JsonNode query = item.path("RangeSubselect").path("subquery");
      return isWhole(query.path("SelectStmt"), seen);
    }
    JsonNode table = item.path("RangeVar");
    String name = table.path("relname").asText();
    for (JsonNode wrapped : queries) {
      JsonNode query = wrapped.path("CommonTableExpr");
      if (!table.has("schemaname") && query.path("ctename").asText().equals(name)) {
        return seen.add(name) && isWhole(query.path("ctequery").path("SelectStmt"), seen);
      }
    }
    return name.equals(relation) && !relation.isEmpty();
  }
}
