package io.countersign.activity.catalogue;

import io.countersign.sql.Doubt;
import io.countersign.sql.QualifiedName;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementAnalyser;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Answers one question over one connection; everything in it is what the connection sees now. */
public final class CatalogueReader {
  private final Connection connection;
  private final Question question;
  private final List<String> path = new ArrayList<>(List.of("pg_catalog"));
  private final Fingerprint fingerprint = new Fingerprint();
  private final Set<String> objections = new LinkedHashSet<>();
  private final Set<String> effects = new LinkedHashSet<>();
  private final Set<Long> typeIds = new TreeSet<>();
  private final Set<String> typeNames = new TreeSet<>();
  private final Set<String> called = new TreeSet<>();
  private final Types types;
  private final Reach reach;
  private Map<String, Long> named = Map.of();
  private Collection<Long> triggerFunctions = List.of();

  /** What was read, and what it rests on. */
  public record Reading(Resolution resolution, Version version) {
    /**
     * The version of the rows it rests on, as they are now; equal ones mean that it still holds.
     *
     * @param isKept true if the connection lives long enough to keep the plan
     */
    public String versionNow(Connection connection, boolean isKept) throws SQLException {
      return version.read(connection, isKept);
    }
  }

  private CatalogueReader(Connection connection, Question question) {
    this.connection = connection;
    this.question = question;
    this.path.addAll(question.schemas());
    this.types = new Types(connection);
    this.reach = new Reach(connection, question.role());
  }

  /** Reads in the connection's transaction, or outside of any. */
  public static Reading read(Connection connection, Question question, StatementAnalyser analyser)
      throws SQLException {
    return new CatalogueReader(connection, question).read(analyser);
  }

  private Reading read(StatementAnalyser analyser) throws SQLException {
    named = Names.find(connection, question.tables(), path, question.role());
    Map<Long, String> seeds = new LinkedHashMap<>();
    named.values().forEach(oid -> seeds.put(oid, "named"));
    reach.add(seeds);
    Cascades cascades = follow();
    Views views = new Views(reach, fingerprint);
    views.read(connection, analyser);
    objections.addAll(views.objections());
    List<Column> columns = Column.of(connection, reach.oids());
    ColumnsUsed used = new ColumnsUsed(question, named, columns);
    checkNames(used, columns, views.doubts());
    cascades.keyColumns().forEach((oid, names) -> names.forEach(name -> used.use(oid, name)));
    judgeRelations();
    if (!question.complete() || !objections.isEmpty()) {
      reach.oids().forEach(used::useEvery);
    }
    used.spread(reach, views.wholeRows());
    describe(columns);
    return new Reading(resolution(used), version());
  }

  private Cascades follow() throws SQLException {
    Cascades cascades = new Cascades(connection, reach, fingerprint);
    // Not whether it was understood: the same is asked again of an analysis with objections.
    boolean isAny = question.mentions().everyColumn();
    cascades.follow(
        question.mentions().changes(), named, isAny ? null : Set.copyOf(question.columns()));
    effects.addAll(cascades.effects());
    Triggers triggers = new Triggers();
    triggers.read(connection, reach, cascades.changes(), fingerprint);
    effects.addAll(triggers.effects());
    triggerFunctions = triggers.functions();
    return cascades;
  }

  private void checkNames(ColumnsUsed used, List<Column> columns, Collection<Doubt> ofViews)
      throws SQLException {
    Set<Doubt> doubts = new LinkedHashSet<>(question.mentions().doubts());
    doubts.addAll(ofViews);
    Set<String> written = new TreeSet<>(question.types());
    doubts.stream()
        .filter(doubt -> doubt.subject() == Doubt.Subject.TYPE)
        .forEach(doubt -> written.add(doubt.name()));
    Set<String> fields = new TreeSet<>(question.mentions().fields());
    Set<String> parts = new TreeSet<>(fields);
    parts.addAll(used.rowCalls());
    written.forEach(name -> typeNames.add(QualifiedName.parts(name).getLast()));
    typeNames.addAll(parts);
    Map<String, Long> found = types.find(List.copyOf(written), path);
    checkTypes(doubts, found);
    for (long type : types.find(List.copyOf(fields), path).values()) {
      if (type >= Types.FIRST_OF_USERS && !types.isHarmless(type)) {
        objections.add("a name behind a dot may convert to a type that is not known");
      }
    }
    Set<Long> occurring = new HashSet<>(found.values());
    columns.stream().filter(used::isUsed).forEach(column -> occurring.add(column.type()));
    Set<Long> all = types.closure(occurring);
    all.stream().filter(type -> type >= Types.FIRST_OF_USERS).forEach(typeIds::add);
    Overloads overloads = new Overloads(connection, path, fingerprint);
    overloads.check(question, all);
    overloads.calls(used.rowCalls(), fields).forEach(used::callWithRow);
    objections.addAll(overloads.objections());
    called.addAll(Overloads.unqualified(question.functions()));
    called.addAll(parts);
    types.describe(found.values(), fingerprint);
  }

  /** Types as written: a doubted one must be vouched for, and one that users made too. */
  private void checkTypes(Set<Doubt> doubts, Map<String, Long> found) throws SQLException {
    for (Map.Entry<String, Long> type : found.entrySet()) {
      if (type.getValue() >= Types.FIRST_OF_USERS && !types.isHarmless(type.getValue())) {
        objections.add(new Doubt(Doubt.Subject.TYPE, type.getKey()).reason());
      }
    }
    for (Doubt doubt : doubts) {
      Long type = found.get(doubt.name());
      boolean isSettled =
          switch (doubt.subject()) {
            case TYPE -> type != null && types.isHarmless(type);
            case NAME -> isKnownName(doubt.name());
          };
      if (!isSettled) {
        objections.add(doubt.reason());
      }
    }
  }

  private boolean isKnownName(String name) {
    return reach.relations().stream()
        .anyMatch(relation -> relation.name().equals(name) || relation.schema().equals(name));
  }

  private void judgeRelations() {
    for (String table : question.tables()) {
      if (!named.containsKey(table)) {
        objections.add(absent(table));
      }
    }
    if (reach.isTooFar()) {
      objections.add("it reaches more than " + Reach.MOST_RELATIONS + " tables");
    }
    for (Relation relation : reach.relations()) {
      String objection = objection(relation);
      if (objection != null) {
        objections.add(objection);
      }
      if (relation.policies() != null) {
        effects.add(
            "row-level security of " + Shown.name(relation.qualified()) + security(relation));
      }
    }
  }

  /** The objection to a table that is not there. */
  public static String absent(String table) {
    return "there is no table " + Shown.name(table) + " that the search path finds";
  }

  private static @Nullable String objection(Relation relation) {
    String shown = Shown.name(relation.qualified());
    if (relation.schema().equals("countersign")) {
      return "the table " + shown + " is countersign's own";
    }
    return switch (relation.kind()) {
      case "r", "p", "v", "m" -> relation.ruled() ? shown + " has rewrite rules" : null;
      case "f" -> "the foreign table " + shown + " lies on another server";
      default -> shown + " is not a table";
    };
  }

  private static String security(Relation relation) {
    Boolean bypasses = relation.bypasses();
    if (bypasses == null) {
      return " may hide or refuse rows";
    }
    return bypasses ? " does not hold for the role that runs this" : " hides or refuses rows";
  }

  private void describe(List<Column> columns) {
    for (Relation relation : reach.relations()) {
      fingerprint.add(relation.subject(), relation.oid() + " " + relation.kind());
      if (relation.policies() != null) {
        fingerprint.add("row security " + relation.qualified(), relation.policies());
      }
    }
    for (Column column : columns) {
      Relation relation = reach.relation(column.relation());
      if (relation != null) {
        fingerprint.add(relation.subject(), column.definition());
      }
    }
  }

  private Resolution resolution(ColumnsUsed used) {
    SortedMap<String, String> ways = new TreeMap<>();
    for (Relation relation : reach.relations()) {
      ways.put(relation.qualified(), reach.way(relation.oid()));
    }
    return new Resolution(
        List.copyOf(ways.keySet()),
        used.qualified(reach),
        List.copyOf(effects),
        List.copyOf(objections),
        fingerprint.hashed(),
        ways);
  }

  private Version version() {
    List<String> relationNames =
        question.tables().stream().map(name -> QualifiedName.parts(name).getLast()).toList();
    Set<String> schemas = new TreeSet<>(path);
    reach.relations().forEach(relation -> schemas.add(relation.schema()));
    return new Version(
        List.copyOf(schemas),
        relationNames,
        List.copyOf(reach.oids()),
        List.copyOf(called),
        Overloads.operators(question),
        List.copyOf(typeNames),
        typeIds,
        triggerFunctions,
        question.role());
  }
}
