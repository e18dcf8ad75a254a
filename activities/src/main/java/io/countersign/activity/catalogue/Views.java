package io.countersign.activity.catalogue;

import io.countersign.activity.catalogue.Reach.Edge;
import io.countersign.activity.catalogue.Reach.Step;
import io.countersign.sql.Analysis;
import io.countersign.sql.Doubt;
import io.countersign.sql.QualifiedName;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.StatementClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads views by their definitions, with the same walk as statements. What PostgreSQL noted of a
 * definition when it was made must agree with what the walk finds in its text.
 */
final class Views {
  private static final CatalogueQuery DEFINITIONS =
      new CatalogueQuery(
          """
          select w.ev_class, pg_catalog.pg_get_viewdef(w.ev_class),
            pg_catalog.encode(pg_catalog.sha256(
              pg_catalog.convert_to(w.ev_action::pg_catalog.text, 'UTF8')), 'hex'),
            (select pg_catalog.string_agg(c.reloptions::pg_catalog.text, '')
             from pg_catalog.pg_class c where c.oid = w.ev_class)
          from pg_catalog.pg_rewrite w
          where w.ev_class = any (?::pg_catalog.oid[])
            and w.rulename = '_RETURN'::pg_catalog.name
          """);

  /** Functions, also those behind operators, that a definition is bound to. */
  private static final CatalogueQuery FUNCTIONS =
      new CatalogueQuery(
          """
          select w.ev_class, n.nspname, f.proname, f.oid, %s
          from pg_catalog.pg_rewrite w
          join pg_catalog.pg_depend d
            on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
          left join pg_catalog.pg_operator o
            on d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
              and o.oid = d.refobjid
          join pg_catalog.pg_proc f
            on f.oid = case when d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
              then d.refobjid else o.oprcode end
          join pg_catalog.pg_namespace n on n.oid = f.pronamespace
          where w.ev_class = any (?::pg_catalog.oid[])
            and w.rulename = '_RETURN'::pg_catalog.name
          """
              .formatted(Overloads.VOUCHED));

  private final Set<Long> wholeRows = new LinkedHashSet<>();
  private final Set<Doubt> doubts = new LinkedHashSet<>();
  private final List<String> objections = new ArrayList<>();
  private final Fingerprint fingerprint;
  private final Reach reach;

  private record Definition(long view, String text, String hash, @Nullable String options) {}

  private record Bound(long view, String function, long id, boolean vouched) {}

  Views(Reach reach, Fingerprint fingerprint) {
    this.reach = reach;
    this.fingerprint = fingerprint;
  }

  void read(Connection connection, StatementAnalyser analyser) throws SQLException {
    List<Long> views =
        reach.relations().stream()
            .filter(relation -> relation.isView() && !relation.isOfTheSystem())
            .map(Relation::oid)
            .toList();
    if (views.isEmpty()) {
      return;
    }
    String oids = CatalogueQuery.oids(views);
    for (Definition definition :
        DEFINITIONS.ask(
            connection,
            row ->
                new Definition(
                    row.getLong(1), row.getString(2), row.getString(3), row.getString(4)),
            oids)) {
      Relation view = reach.relation(definition.view());
      if (view != null) {
        fingerprint.add(view.subject(), definition.hash() + definition.options());
        check(view, analyser.analyse(definition.text()));
      }
    }
    for (Bound bound :
        FUNCTIONS.ask(
            connection,
            row ->
                new Bound(
                    row.getLong(1),
                    QualifiedName.of(List.of(row.getString(2), row.getString(3))),
                    row.getLong(4),
                    row.getBoolean(5)),
            oids)) {
      Relation view = reach.relation(bound.view());
      if (view != null && !bound.vouched() && !view.kind().equals("m")) {
        object(view, "calls the function " + Shown.name(bound.function()));
      }
    }
  }

  private void check(Relation view, Analysis body) {
    boolean isStored = view.kind().equals("m");
    if (body.wholeRows() || !isUnderstood(body)) {
      wholeRows.add(view.oid());
    }
    if (isStored) {
      // Its rows were computed before; reading them runs nothing of the definition.
      return;
    }
    if (!isUnderstood(body)) {
      List<String> reasons = new ArrayList<>(body.uninspectable());
      body.mentions().doubts().forEach(doubt -> reasons.remove(doubt.reason()));
      object(view, reasons.isEmpty() ? "is more than a read" : String.join(", ", reasons));
    } else if (!lastNames(body).equals(namesBeneath(view))) {
      object(view, "reads other tables than its text names");
    }
    doubts.addAll(body.mentions().doubts());
  }

  /** A complete read, but for doubts that the catalogue settles. */
  private static boolean isUnderstood(Analysis body) {
    return body.statementClass() == StatementClass.READ || body.mentions().readVerb() != null;
  }

  private static Set<String> lastNames(Analysis body) {
    Set<String> names = new TreeSet<>();
    body.tables().forEach(table -> names.add(QualifiedName.parts(table).getLast()));
    return names;
  }

  private Set<String> namesBeneath(Relation view) {
    Set<String> names = new TreeSet<>();
    for (Edge edge : reach.edges(Step.BENEATH, view.oid())) {
      Relation beneath = reach.relation(edge.to());
      names.add(beneath == null ? "" : beneath.name());
    }
    return names;
  }

  private void object(Relation view, String why) {
    objections.add("the view " + Shown.name(view.qualified()) + ": " + why);
  }

  /** Views whose definition reads every column of what lies beneath. */
  Set<Long> wholeRows() {
    return wholeRows;
  }

  Set<Doubt> doubts() {
    return doubts;
  }

  List<String> objections() {
    return objections;
  }
}
