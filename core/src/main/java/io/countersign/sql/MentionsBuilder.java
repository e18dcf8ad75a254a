package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects {@link Mentions} during a walk. In doubt a name may stand for more. */
final class MentionsBuilder {
  private boolean everyColumn;
  private final Set<String> lone = new LinkedHashSet<>();
  private final Set<Mentions.Qualified> qualified = new LinkedHashSet<>();
  private final Set<String> fields = new LinkedHashSet<>();
  private final SortedMap<String, Set<String>> sources = new TreeMap<>();
  private final Set<String> derived = new TreeSet<>();
  private final Set<String> unclear = new TreeSet<>();
  private final Set<RowChange> changes = new LinkedHashSet<>();
  private final Set<Doubt> doubts = new LinkedHashSet<>();
  private final Set<String> rowNames = new LinkedHashSet<>();
  private final Set<String> loneReferences = new LinkedHashSet<>();

  void everyColumn() {
    everyColumn = true;
  }

  void lone(String column) {
    lone.add(column);
  }

  void qualified(String qualifier, String column) {
    qualified.add(new Mentions.Qualified(qualifier, column));
  }

  void field(String name) {
    fields.add(name);
  }

  void doubt(Doubt doubt) {
    doubts.add(doubt);
  }

  /** A table, under its alias where it has one. */
  void source(String name, JsonNode alias, String written) {
    String known = alias.path("aliasname").asText(name);
    sources.computeIfAbsent(known, key -> new LinkedHashSet<>()).add(written);
    rowNames.add(name);
  }

  /** A subquery, a common table expression that is read, or a function in FROM. */
  void derived(String name, JsonNode alias) {
    String known = alias.path("aliasname").asText(name);
    if (!known.isEmpty()) {
      derived.add(known);
    }
  }

  /** A name for a join or for a changed row: it covers columns of several tables. */
  void unclear(String name) {
    if (!name.isEmpty()) {
      unclear.add(name);
      rowNames.add(name);
    }
  }

  /** A name that, used like a column, means a whole row: a table's, an alias's. */
  void rowName(String name) {
    rowNames.add(name);
  }

  /** A column reference of one part. */
  void loneReference(String name) {
    loneReferences.add(name);
  }

  void change(RowChange.Kind kind, String table) {
    changes.add(new RowChange(kind, table));
    List.of("old", "new", "excluded").forEach(this::unclear);
  }

  void everyChange(String table) {
    change(RowChange.Kind.INSERT, table);
    change(RowChange.Kind.UPDATE, table);
    change(RowChange.Kind.DELETE, table);
  }

  void truncates(JsonNode statement) {
    RowChange.Kind kind =
        statement.path("behavior").asText().equals("DROP_CASCADE")
            ? RowChange.Kind.TRUNCATE_CASCADE
            : RowChange.Kind.TRUNCATE;
    for (JsonNode relation : statement.path("relations")) {
      changes.add(new RowChange(kind, NameChecks.written(relation.path("RangeVar"))));
    }
  }

  Set<String> rowNames() {
    return rowNames;
  }

  boolean namesWholeRow() {
    return loneReferences.stream().anyMatch(rowNames::contains);
  }

  Mentions build(@Nullable String readVerb) {
    Set<Mentions.Qualified> used = new LinkedHashSet<>(qualified);
    loneReferences.stream()
        .filter(rowNames::contains)
        .forEach(name -> used.add(new Mentions.Qualified(name, Mentions.STAR)));
    Set<String> onlyDerived = new TreeSet<>(derived);
    onlyDerived.removeAll(unclear);
    SortedMap<String, List<String>> tables = new TreeMap<>();
    sources.forEach((name, written) -> tables.put(name, List.copyOf(written)));
    unclear.forEach(tables::remove);
    return new Mentions(
        everyColumn,
        List.copyOf(lone),
        List.copyOf(used),
        List.copyOf(fields),
        tables,
        List.copyOf(onlyDerived),
        new ArrayList<>(changes),
        List.copyOf(doubts),
        readVerb);
  }
}
