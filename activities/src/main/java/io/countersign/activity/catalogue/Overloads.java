package io.countersign.activity.catalogue;

import io.countersign.sql.KnownNames;
import io.countersign.sql.QualifiedName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Functions, operators and casts that PostgreSQL could pick in place of the built-in ones, from the
 * schemas that a name is looked for in.
 */
final class Overloads {
  /**
   * Whether a function {@code f} is as good as built in: part of an extension, owned by a
   * superuser, without effects. Who may add such a function may do anything anyway; membership
   * alone would not do, because whoever installed a trusted extension may add their own to it.
   */
  static final String VOUCHED =
      """
      (f.provolatile <> 'v' and not f.prosecdef
        and exists (select from pg_catalog.pg_roles s where s.oid = f.proowner and s.rolsuper)
        and exists (select from pg_catalog.pg_depend e
          where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = f.oid
            and e.deptype = 'e'))
      """;

  /** Always looked for: IN, BETWEEN, CASE, USING and NATURAL call them without naming them. */
  private static final Set<String> COMPARISONS = Set.of("=", "<>", "<", ">", "<=", ">=");

  private static final CatalogueQuery FUNCTIONS =
      new CatalogueQuery(
          """
          select f.proname, f.oid, pg_catalog.concat(f.prosrc, f.probin), %s
          from pg_catalog.pg_proc f
          join pg_catalog.pg_namespace n on n.oid = f.pronamespace
          where f.proname = any (?::pg_catalog.name[])
            and n.nspname = any (?::pg_catalog.name[])
            and n.nspname <> 'pg_catalog'::pg_catalog.name
          order by f.oid
          """
              .formatted(VOUCHED));

  /** An operator of user types alone counts only where such a type may occur. */
  private static final CatalogueQuery OPERATORS =
      new CatalogueQuery(
          """
          select o.oprname, o.oid, o.oprcode::pg_catalog.oid, %s
          from pg_catalog.pg_operator o
          join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
          left join pg_catalog.pg_proc f on f.oid = o.oprcode
          where o.oprname = any (?::pg_catalog.name[])
            and n.nspname = any (?::pg_catalog.name[])
            and n.nspname <> 'pg_catalog'::pg_catalog.name
            and (
              exists (select from pg_catalog.pg_type t
                where t.oid in (o.oprleft, o.oprright)
                  and (t.oid < 16384::pg_catalog.oid or t.typtype in ('p', 'd')
                    or t.oid = any (?::pg_catalog.oid[])))
              or exists (select from pg_catalog.pg_cast c
                where c.casttarget in (o.oprleft, o.oprright)
                  and c.castsource < 16384::pg_catalog.oid and c.castcontext = 'i'))
          order by o.oid
          """
              .formatted(VOUCHED));

  /** Casts that run a function or text conversion, of types that may occur. */
  private static final CatalogueQuery CASTS =
      new CatalogueQuery(
          """
          select pg_catalog.format_type(c.castsource, null),
            pg_catalog.format_type(c.casttarget, null), c.castfunc,
            c.castmethod <> 'f' or %s
          from pg_catalog.pg_cast c
          left join pg_catalog.pg_proc f on f.oid = c.castfunc
          where c.oid >= 16384::pg_catalog.oid
            and (c.castsource = any (?::pg_catalog.oid[])
              or (c.castsource < 16384::pg_catalog.oid
                and (c.casttarget < 16384::pg_catalog.oid
                  or c.casttarget = any (?::pg_catalog.oid[]))))
          order by c.oid
          """
              .formatted(VOUCHED));

  /** Functions that a name behind a dot calls: with a row as the argument, or with any value. */
  private static final CatalogueQuery CALLABLE =
      new CatalogueQuery(
          """
          select distinct f.proname,
            n.nspname = 'pg_catalog'::pg_catalog.name,
            t.typtype in ('c', 'p')
              or exists (select from pg_catalog.pg_type b
                where b.oid = t.typbasetype and b.typtype = 'c')
              or exists (select from pg_catalog.pg_cast c
                join pg_catalog.pg_type s on s.oid = c.castsource
                where s.typtype in ('c', 'p') and c.oid >= 16384::pg_catalog.oid)
          from pg_catalog.pg_proc f
          join pg_catalog.pg_namespace n on n.oid = f.pronamespace
          join pg_catalog.pg_type t on t.oid = f.proargtypes[0]
          where f.proname = any (?::pg_catalog.name[])
            and n.nspname = any (?::pg_catalog.name[])
            and f.pronargs - f.pronargdefaults <= 1
          order by 1
          """);

  private final Connection connection;
  private final List<String> path;
  private final Fingerprint fingerprint;
  private final List<String> objections = new ArrayList<>();

  private record Found(String name, long oid, String definition, boolean vouched) {}

  private record Callable(String name, boolean builtIn, boolean takesRow) {}

  Overloads(Connection connection, List<String> path, Fingerprint fingerprint) {
    this.connection = connection;
    this.path = path;
    this.fingerprint = fingerprint;
  }

  /**
   * @param types ids of the types that may occur
   */
  void check(Question question, Set<Long> types) throws SQLException {
    String oids = CatalogueQuery.oids(types);
    var schemas = CatalogueQuery.texts(path);
    for (Found found :
        FUNCTIONS.ask(
            connection,
            row -> new Found(row.getString(1), row.getLong(2), row.getString(3), row.getBoolean(4)),
            CatalogueQuery.texts(unqualified(question.functions())),
            schemas)) {
      note("function", found);
    }
    for (Found found :
        OPERATORS.ask(
            connection,
            row -> new Found(row.getString(1), row.getLong(2), row.getString(3), row.getBoolean(4)),
            CatalogueQuery.texts(operators(question)),
            schemas,
            oids)) {
      note("operator", found);
    }
    CASTS
        .ask(
            connection,
            row ->
                new Found(
                    row.getString(1) + " to " + row.getString(2),
                    row.getLong(3),
                    "",
                    row.getBoolean(4)),
            oids,
            oids)
        .stream()
        .filter(cast -> !cast.vouched())
        .forEach(cast -> object("a cast from " + Shown.name(cast.name()) + " runs a function"));
  }

  private void note(String what, Found found) {
    fingerprint.add(what + " " + found.name(), found.oid() + " " + found.definition());
    if (!found.vouched()) {
      object(
          "the "
              + what
              + " "
              + Shown.name(found.name())
              + " has another definition beside the built-in one");
    }
  }

  /** What stands behind a dot and is no column: PostgreSQL looks for a function. */
  Set<String> calls(Set<String> ofRows, Set<String> ofValues) throws SQLException {
    Set<String> names = new TreeSet<>(ofRows);
    names.addAll(ofValues);
    Set<String> harmlessOfRows = new LinkedHashSet<>();
    if (names.isEmpty()) {
      return harmlessOfRows;
    }
    for (Callable call :
        CALLABLE.ask(
            connection,
            row -> new Callable(row.getString(1), row.getBoolean(2), row.getBoolean(3)),
            CatalogueQuery.texts(names),
            CatalogueQuery.texts(path))) {
      boolean isCalled =
          ofValues.contains(call.name()) || (call.takesRow() && ofRows.contains(call.name()));
      if (isCalled && !isHarmless(call)) {
        object("the name " + Shown.name(call.name()) + " behind a dot may call a function");
      } else if (isCalled) {
        harmlessOfRows.add(call.name());
      }
    }
    return harmlessOfRows;
  }

  private static boolean isHarmless(Callable call) {
    List<String> name = List.of(call.name());
    return call.builtIn()
        && (KnownNames.isHarmlessFunction(name) || KnownNames.isHarmlessType(name));
  }

  private void object(String objection) {
    if (!objections.contains(objection)) {
      objections.add(objection);
    }
  }

  static List<String> operators(Question question) {
    Set<String> names = new TreeSet<>(COMPARISONS);
    names.addAll(unqualified(question.operators()));
    return List.copyOf(names);
  }

  /** Only names without a schema are looked for along the path. */
  static List<String> unqualified(List<String> names) {
    return names.stream()
        .map(QualifiedName::parts)
        .filter(parts -> parts.size() == 1)
        .map(List::getFirst)
        .toList();
  }

  List<String> objections() {
    return objections;
  }
}
