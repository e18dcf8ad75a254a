package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Statements whose class depends on more than their node: COPY, DROP, ALTER TABLE and others. */
final class StatementDetail {
  private static final Set<String> ROLE_COMMANDS =
      Set.of(
          "AT_ChangeOwner",
          "AT_EnableRowSecurity",
          "AT_DisableRowSecurity",
          "AT_ForceRowSecurity",
          "AT_NoForceRowSecurity");
  private static final Set<String> LOSING_COMMANDS =
      Set.of("AT_DropColumn", "AT_AlterColumnType", "AT_DropConstraint", "AT_DropExpression");
  private static final Set<String> ADMIN_OBJECTS =
      Set.of(
          "OBJECT_ACCESS_METHOD",
          "OBJECT_EVENT_TRIGGER",
          "OBJECT_EXTENSION",
          "OBJECT_FDW",
          "OBJECT_FOREIGN_SERVER",
          "OBJECT_LANGUAGE",
          "OBJECT_PUBLICATION");
  private static final Set<String> RELATION_OBJECTS =
      Set.of(
          "OBJECT_FOREIGN_TABLE",
          "OBJECT_INDEX",
          "OBJECT_MATVIEW",
          "OBJECT_SEQUENCE",
          "OBJECT_TABLE",
          "OBJECT_VIEW");
  private static final Set<String> EXPLAIN_OPTIONS =
      Set.of(
          "analyze",
          "buffers",
          "costs",
          "format",
          "generic_plan",
          "memory",
          "serialize",
          "settings",
          "summary",
          "timing",
          "verbose",
          "wal");

  private StatementDetail() {}

  static StatementKind refine(String type, JsonNode node, StatementKind kind, Findings findings) {
    return switch (type) {
      case "CopyStmt" -> copy(node, findings);
      case "DropStmt" -> drop(node, findings);
      case "AlterTableStmt" -> alterTable(node);
      case "ExplainStmt" -> explain(node, kind, findings);
      case "VariableShowStmt" -> show(node, kind);
      case "GrantStmt" -> named(kind, node.has("is_grant") ? "Grant on" : "Revoke on");
      case "GrantRoleStmt" -> named(kind, node.has("is_grant") ? "Grant role" : "Revoke role");
      case "CreateSchemaStmt" -> node.has("authrole") ? classed(kind, StatementClass.ROLE) : kind;
      case "RenameStmt" ->
          is(node, "renameType", "OBJECT_ROLE") ? classed(kind, StatementClass.ROLE) : kind;
      case "ViewStmt" ->
          node.has("replace")
              ? new StatementKind(
                  kind.statementClass(), Reversible.UNKNOWN, "Replace view", kind.problem())
              : kind;
      default -> kind;
    };
  }

  private static StatementKind copy(JsonNode node, Findings findings) {
    TreeNames.of(node.path("attlist")).forEach(findings::column);
    if (node.has("relation") && !node.has("attlist")) {
      findings.wholeRows();
    }
    if (node.has("is_program") || node.has("filename")) {
      return kind(StatementClass.ADMIN, Reversible.NO, "Copy through the server's files");
    }
    if (node.has("is_from")) {
      findings.mentions().change(RowChange.Kind.INSERT, NameChecks.written(node.path("relation")));
    }
    return node.has("is_from")
        ? kind(StatementClass.WRITE, Reversible.UNKNOWN, "Copy into")
        : kind(StatementClass.EXPORT, Reversible.NO, "Export");
  }

  private static StatementKind drop(JsonNode node, Findings findings) {
    String object = node.path("removeType").asText();
    String verb = "Drop " + objectName(object);
    if (RELATION_OBJECTS.contains(object)) {
      for (JsonNode name : node.path("objects")) {
        findings.target(QualifiedName.of(TreeNames.of(name.path("List").path("items"))));
      }
    }
    if (object.equals("OBJECT_POLICY")) {
      return kind(StatementClass.ROLE, Reversible.NO, verb);
    }
    return kind(
        ADMIN_OBJECTS.contains(object) ? StatementClass.ADMIN : StatementClass.DDL,
        Reversible.NO,
        verb);
  }

  private static StatementKind alterTable(JsonNode node) {
    StatementClass statementClass = StatementClass.DDL;
    Reversible reversible = Reversible.UNKNOWN;
    for (JsonNode command : node.path("cmds")) {
      String subtype = command.path("AlterTableCmd").path("subtype").asText();
      if (ROLE_COMMANDS.contains(subtype)) {
        statementClass = StatementClass.ROLE;
      }
      if (LOSING_COMMANDS.contains(subtype)) {
        reversible = Reversible.NO;
      }
    }
    String verb = "Alter " + objectName(node.path("objtype").asText("OBJECT_TABLE"));
    return kind(statementClass, reversible, verb);
  }

  private static StatementKind explain(JsonNode node, StatementKind kind, Findings findings) {
    for (JsonNode wrapped : node.path("options")) {
      JsonNode option = wrapped.path("DefElem");
      String name = option.path("defname").asText();
      if (name.equals("analyze") && !isOff(option.path("arg"))) {
        findings.problemOfRead("EXPLAIN ANALYZE runs what it explains");
      }
      if (!EXPLAIN_OPTIONS.contains(name)) {
        return new StatementKind(
            kind.statementClass(),
            kind.reversible(),
            kind.verb(),
            Optional.of("an option of EXPLAIN that is not understood"));
      }
    }
    return kind;
  }

  private static boolean isOff(JsonNode value) {
    String word = value.path("String").path("sval").asText();
    boolean isZero = value.has("Integer") && value.path("Integer").path("ival").asInt() == 0;
    return isZero || word.equalsIgnoreCase("false") || word.equalsIgnoreCase("off");
  }

  private static StatementKind show(JsonNode node, StatementKind kind) {
    return KnownNames.isHarmlessSetting(node.path("name").asText())
        ? kind
        : new StatementKind(
            kind.statementClass(),
            kind.reversible(),
            kind.verb(),
            Optional.of("a setting outside the short list"));
  }

  private static StatementKind named(StatementKind kind, String verb) {
    return new StatementKind(kind.statementClass(), kind.reversible(), verb, kind.problem());
  }

  private static StatementKind classed(StatementKind kind, StatementClass statementClass) {
    return new StatementKind(statementClass, kind.reversible(), kind.verb(), kind.problem());
  }

  private static StatementKind kind(
      StatementClass statementClass, Reversible reversible, String verb) {
    return new StatementKind(statementClass, reversible, verb, Optional.empty());
  }

  private static boolean is(JsonNode node, String field, String value) {
    return node.path(field).asText().equals(value);
  }

  private static String objectName(String constant) {
    List<String> words = List.of(constant.toLowerCase(Locale.ROOT).split("_", -1));
    String name = String.join(" ", words.subList(1, words.size()));
    return name.equals("matview") ? "materialized view" : name;
  }
}
