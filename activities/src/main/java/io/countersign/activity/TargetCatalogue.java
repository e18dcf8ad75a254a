package io.countersign.activity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.action.Statement;
import io.countersign.action.Target;
import io.countersign.activity.TargetDatabase.Purpose;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementClass;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a target's catalogue says of the names in a statement. What it cannot vouch for is an
 * objection, and then people decide.
 */
public final class TargetCatalogue {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long FRESH_NANOS = Duration.ofSeconds(3).toNanos();
  private static final int MAX_REMEMBERED = 500;
  private static final int SHOWN_CHARACTERS = 80;

  /**
   * Relations as the search path finds them; then functions, operators, types and casts that could
   * stand in for built-in ones. What belongs to an extension is left out: who may install one may
   * do anything.
   */
  private static final String SQL =
      """
      select 'relation' as what, q.name, coalesce(k.relkind::pg_catalog.text, '') as kind,
        coalesce(k.relhasrules, false) as ruled, coalesce(k.nspname::pg_catalog.text, '') as schema
      from unnest(?::pg_catalog.text[], ?::pg_catalog.text[], ?::pg_catalog.text[])
        q(name, schema, relation)
      left join lateral (
        select c.relkind, c.relhasrules, n.nspname
        from unnest(?::pg_catalog.text[]) with ordinality p(schema, position)
        join pg_catalog.pg_namespace n on n.nspname = p.schema::pg_catalog.name
        join pg_catalog.pg_class c on c.relnamespace = n.oid
        where q.schema is null and c.relname = q.relation::pg_catalog.name
        union all
        select c.relkind, c.relhasrules, n.nspname
        from pg_catalog.pg_namespace n join pg_catalog.pg_class c on c.relnamespace = n.oid
        where n.nspname = q.schema::pg_catalog.name and c.relname = q.relation::pg_catalog.name
        limit 1) k on true
      union all
      select 'function', f.proname::pg_catalog.text, '', false, ''
      from pg_catalog.pg_proc f
      where f.proname = any (?::pg_catalog.name[])
        and f.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
        and not exists (select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = f.oid
            and d.deptype = 'e')
      union all
      select 'operator', o.oprname::pg_catalog.text, '', false, ''
      from pg_catalog.pg_operator o
      where o.oprname = any (?::pg_catalog.name[])
        and o.oprnamespace <> 'pg_catalog'::pg_catalog.regnamespace
        and not exists (select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass and d.objid = o.oid
            and d.deptype = 'e')
      union all
      select 'type', t.typname::pg_catalog.text, '', false, ''
      from pg_catalog.pg_type t
      where t.typname = any (?::pg_catalog.name[])
        and t.typnamespace <> 'pg_catalog'::pg_catalog.regnamespace
        and not exists (select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.objid = t.oid
            and d.deptype = 'e')
      union all
      select 'cast', '', '', false, ''
      where exists (
        select from pg_catalog.pg_cast c
        where c.oid >= 16384::pg_catalog.oid
          and c.castsource < 16384::pg_catalog.oid and c.casttarget < 16384::pg_catalog.oid
          and not exists (select from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass and d.objid = c.oid
              and d.deptype = 'e'))
      """;

  private final TargetDatabase database;
  private final Map<Names, Remembered> remembered = new LinkedHashMap<>();

  private record Names(
      List<String> tables, List<String> functions, List<String> operators, List<String> types) {}

  private record Remembered(List<String> objections, long at) {}

  public TargetCatalogue(TargetDatabase database) {
    this.database = database;
  }

  public Target target() {
    return database.target();
  }

  /** What the statement's names mean here. */
  public Resolution resolve(Analysis analysis) {
    return new Resolution(
        analysis.tables(), analysis.columns(), List.of(), objections(analysis), new TreeMap<>());
  }

  /** The same as one connection sees it now. */
  Resolution resolve(Analysis analysis, Connection connection) throws SQLException {
    return new Resolution(
        analysis.tables(),
        analysis.columns(),
        List.of(),
        look(connection, names(analysis)),
        new TreeMap<>());
  }

  private static Names names(Analysis analysis) {
    return new Names(
        analysis.tables(), analysis.functions(), analysis.operators(), analysis.types());
  }

  /** Why the statement's names do not mean what they seem to; empty if they do. */
  List<String> objections(Analysis analysis) {
    Names names = names(analysis);
    long now = System.nanoTime();
    synchronized (remembered) {
      Remembered known = remembered.get(names);
      if (known != null && now - known.at() < FRESH_NANOS) {
        return known.objections();
      }
    }
    List<String> found;
    Purpose purpose = new Purpose(StatementClass.READ, "countersign:catalogue", TIMEOUT);
    try (TargetSession session = database.begin(purpose)) {
      found = look(session.connection(), names);
      session.commit();
    } catch (ExecutionFault | SQLException e) {
      return Resolution.unreadable().objections();
    }
    synchronized (remembered) {
      if (remembered.size() >= MAX_REMEMBERED) {
        remembered.clear();
      }
      remembered.put(names, new Remembered(found, now));
    }
    return found;
  }

  /**
   * Rows PostgreSQL expects the statement to return or change, from EXPLAIN, which plans and does
   * not execute. Null unless the analysis is complete, and on any failure.
   */
  public @Nullable Long estimate(Statement statement, Analysis analysis) {
    StatementClass type = analysis.statementClass();
    boolean plannable = type == StatementClass.READ || type == StatementClass.WRITE;
    if (!plannable || !analysis.isComplete() || !objections(analysis).isEmpty()) {
      return null;
    }
    Statement explain =
        new Statement("explain (format json) " + statement.sql(), statement.params());
    Purpose purpose = new Purpose(type, "countersign:estimate", TIMEOUT);
    try (TargetSession session = database.begin(purpose)) {
      NativeStatement.Answer answer = session.run(explain, 1);
      session.rollback();
      String json = answer.rows().isEmpty() ? null : NativeStatement.text(answer.rows().get(0), 0);
      return json == null ? null : rows(Json.MAPPER.readTree(json).at("/0/Plan"));
    } catch (ExecutionFault | JsonProcessingException e) {
      return null;
    }
  }

  private static @Nullable Long rows(JsonNode plan) {
    JsonNode rows = plan.path("Plan Rows");
    if (!rows.isNumber()) {
      return null;
    }
    long most = rows.asLong();
    if (plan.path("Node Type").asText().equals("ModifyTable")) {
      for (JsonNode part : plan.path("Plans")) {
        most = Math.max(most, part.path("Plan Rows").asLong());
      }
    }
    return most;
  }

  private List<String> look(Connection connection, Names names) throws SQLException {
    List<String> path = new ArrayList<>(List.of("pg_catalog"));
    path.addAll(database.searchedSchemas());
    List<String> objections = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SQL)) {
      List<String> tables = names.tables();
      statement.setArray(1, texts(connection, tables, table -> table));
      statement.setArray(2, texts(connection, tables, TargetCatalogue::schema));
      statement.setArray(3, texts(connection, tables, TargetCatalogue::relation));
      statement.setArray(4, texts(connection, path, schema -> schema));
      statement.setArray(5, texts(connection, names.functions(), TargetCatalogue::last));
      statement.setArray(6, texts(connection, names.operators(), TargetCatalogue::last));
      statement.setArray(7, texts(connection, names.types(), TargetCatalogue::last));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String objection =
              row.getString(1).equals("relation")
                  ? relation(
                      row.getString(2), row.getString(3), row.getBoolean(4), row.getString(5))
                  : shadow(row.getString(1), row.getString(2));
          if (objection != null && !objections.contains(objection)) {
            objections.add(objection);
          }
        }
      }
    }
    return List.copyOf(objections);
  }

  private static @Nullable String relation(String name, String kind, boolean ruled, String schema) {
    String shown = quoted(name);
    if (schema.equals("countersign")) {
      return "the table " + shown + " is countersign's own";
    }
    return switch (kind) {
      case "r", "p" -> ruled ? "the table " + shown + " has rewrite rules" : null;
      case "m" -> null;
      case "v" -> "the view " + shown + " is not looked into yet";
      case "f" -> "the foreign table " + shown + " lies on another server";
      case "" -> "there is no table " + shown + " that the read role's search path finds";
      default -> shown + " is not a table";
    };
  }

  private static String shadow(String what, String name) {
    return what.equals("cast")
        ? "a cast between built-in types was redefined"
        : "the " + what + " " + quoted(name) + " has another definition beside the built-in one";
  }

  private static String quoted(String name) {
    String cut =
        name.length() <= SHOWN_CHARACTERS ? name : name.substring(0, SHOWN_CHARACTERS) + "…";
    return "`" + cut.replace('`', '\'') + "`";
  }

  private static Array texts(
      Connection connection, List<String> values, UnaryOperator<@Nullable String> part)
      throws SQLException {
    return connection.createArrayOf("text", values.stream().map(part).toArray());
  }

  private static @Nullable String schema(@Nullable String name) {
    int dot = String.valueOf(name).indexOf('.');
    return dot < 0 ? null : String.valueOf(name).substring(0, dot);
  }

  private static String relation(@Nullable String name) {
    String text = String.valueOf(name);
    return text.substring(text.indexOf('.') + 1);
  }

  private static String last(@Nullable String name) {
    String text = String.valueOf(name);
    return text.substring(text.lastIndexOf('.') + 1);
  }
}
