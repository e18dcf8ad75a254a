package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks every object of a parse tree, wrapped or typed member. Inside a query or a data change
 * (strict) a node or field that is not in the reviewed list is a problem; inside other statements
 * it is only walked.
 */
final class TreeWalk {
  private static final int LOCK = 10;
  private static final int INSERT = 20;
  private static final int UPDATE = 30;
  private static final int MERGE = 40;
  private static final int DELETE = 50;
  private static final int OTHER_STATEMENT = 100;
  private static final Set<String> QUERIES =
      Set.of("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt");
  private static final Set<String> PARTS = Set.of("ReplicaIdentityStmt", "ReturnStmt");

  private final Findings findings;
  private final NameChecks names;
  private final Deque<Set<String>> visibleQueries = new ArrayDeque<>();

  TreeWalk(Findings findings) {
    this.findings = findings;
    this.names = new NameChecks(findings);
  }

  /** Walks one statement: the object that wraps its root. */
  void statement(JsonNode root) {
    visit(root, true);
  }

  private void visit(JsonNode value, boolean strict) {
    if (value.isArray()) {
      value.forEach(element -> visit(element, strict));
      return;
    }
    if (!value.isObject() || value.isEmpty()) {
      return;
    }
    Map.Entry<String, JsonNode> only = value.properties().iterator().next();
    if (value.size() == 1 && startsUpperCase(only.getKey()) && only.getValue().isObject()) {
      node(only.getKey(), only.getValue(), strict);
      return;
    }
    if (strict) {
      findings.problem("a construct that is not understood");
    }
    looseFields(value);
  }

  private void node(String type, JsonNode node, boolean strict) {
    if (QUERIES.contains(type)) {
      query(type, node);
      return;
    }
    Optional<StatementKind> kind = StatementKind.of(type);
    if (kind.isPresent()) {
      otherStatement(type, node, kind.get());
      return;
    }
    collect(type, node, strict);
    Optional<NodeShape> shape = NodeShape.of(type);
    if (shape.isPresent()) {
      fields(type, node, shape.get(), strict);
      return;
    }
    boolean isStatement = type.endsWith("Stmt") && !PARTS.contains(type);
    if (strict || isStatement) {
      findings.problem("`" + type + "` is not understood");
    }
    if (isStatement) {
      findings.raise(StatementClass.UNKNOWN);
    }
    looseFields(node);
  }

  private void fields(String type, JsonNode node, NodeShape shape, boolean strict) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String member = shape.fields().get(field.getKey());
      if (member == null) {
        if (strict) {
          findings.problem("`" + type + "." + field.getKey() + "` is not understood");
        }
        loose(field.getKey(), field.getValue());
      } else if (member.isEmpty()) {
        visit(field.getValue(), strict);
      } else {
        node(member, field.getValue(), strict);
      }
    }
  }

  private void looseFields(JsonNode node) {
    node.properties().forEach(field -> loose(field.getKey(), field.getValue()));
  }

  /** Walks a field of an unlisted node; its typed members are known by what they hold. */
  private void loose(String field, JsonNode value) {
    if (value.has("relname")) {
      node("RangeVar", value, false);
    } else if (value.has("typemod")) {
      node("TypeName", value, false);
    } else if (field.equals("funccall")) {
      node("FuncCall", value, false);
    } else if (field.equals("intoClause")) {
      findings.effect(StatementClass.DDL, Reversible.YES, "Create table", OTHER_STATEMENT);
      target(value.path("rel"));
      looseFields(value);
    } else {
      visit(value, false);
    }
  }

  private void otherStatement(String type, JsonNode node, StatementKind kind) {
    StatementKind exact = StatementDetail.refine(type, node, kind, findings);
    int rank = OTHER_STATEMENT * exact.statementClass().ordinal() + 1;
    findings.effect(exact.statementClass(), exact.reversible(), exact.verb(), rank);
    exact.problem().ifPresent(findings::problem);
    if (type.equals("TruncateStmt")) {
      findings.unboundedWrite();
      findings.mentions().truncates(node);
    }
    target(node.path("relation"));
    target(node.path("view"));
    target(node.path("into").path("rel"));
    looseFields(node);
  }

  private void query(String type, JsonNode node) {
    Set<String> visible =
        new HashSet<>(visibleQueries.isEmpty() ? Set.of() : visibleQueries.peek());
    visibleQueries.push(visible);
    boolean isRecursive = node.path("withClause").path("recursive").asBoolean();
    for (JsonNode wrapped : node.path("withClause").path("ctes")) {
      if (isRecursive) {
        visible.add(wrapped.path("CommonTableExpr").path("ctename").asText());
      }
    }
    for (JsonNode wrapped : node.path("withClause").path("ctes")) {
      visit(wrapped, true);
      String name = wrapped.path("CommonTableExpr").path("ctename").asText();
      visible.add(name);
      findings.mentions().rowName(name);
    }
    queryEffect(type, node);
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      queryField(type, field.getKey(), field.getValue());
    }
    visibleQueries.pop();
  }

  private void queryField(String type, String field, JsonNode value) {
    switch (field) {
      case "withClause" -> withoutQueries(value);
      case "intoClause" -> loose(field, value);
      case "lockingClause" -> {
        findings.effect(StatementClass.WRITE, Reversible.YES, "Lock rows of", LOCK);
        visit(value, false);
      }
      case "relation" -> target(value);
      default -> {
        String member = NodeShape.of(type).orElseThrow().fields().get(field);
        if (member == null) {
          findings.problem("`" + type + "." + field + "` is not understood");
          loose(field, value);
        } else if (member.isEmpty()) {
          visit(value, true);
        } else {
          node(member, value, true);
        }
      }
    }
  }

  private void withoutQueries(JsonNode withClause) {
    for (Map.Entry<String, JsonNode> field : withClause.properties()) {
      if (!Set.of("ctes", "recursive", "location").contains(field.getKey())) {
        findings.problem("`WithClause." + field.getKey() + "` is not understood");
      }
    }
  }

  private void queryEffect(String type, JsonNode node) {
    switch (type) {
      case "InsertStmt" -> {
        write(node, "Insert into", Reversible.UNKNOWN, INSERT);
        if (!node.has("cols")) {
          findings.wholeRows();
        }
        assigned(node.path("cols"));
      }
      case "UpdateStmt" -> {
        write(node, "Update", Reversible.UNKNOWN, UPDATE);
        assigned(node.path("targetList"));
        checkBounds(node, node.path("whereClause"));
      }
      case "DeleteStmt" -> {
        write(node, "Delete from", Reversible.NO, DELETE);
        checkBounds(node, node.path("whereClause"));
      }
      case "MergeStmt" -> {
        boolean deletes = node.toString().contains("\"CMD_DELETE\"");
        write(node, "Merge into", deletes ? Reversible.NO : Reversible.UNKNOWN, MERGE);
        checkBounds(node, node.path("joinCondition"));
        if (Bounds.mergesEveryOtherRow(node)) {
          findings.unboundedWrite();
        }
      }
      default -> {}
    }
  }

  private void write(JsonNode node, String verb, Reversible back, int rank) {
    String table = NameChecks.written(node.path("relation"));
    switch (rank) {
      case INSERT -> {
        findings.mentions().change(RowChange.Kind.INSERT, table);
        if (node.has("onConflictClause")) {
          findings.mentions().change(RowChange.Kind.UPDATE, table);
        }
      }
      case UPDATE -> findings.mentions().change(RowChange.Kind.UPDATE, table);
      case DELETE -> findings.mentions().change(RowChange.Kind.DELETE, table);
      default -> findings.mentions().everyChange(table);
    }
    findings.effect(StatementClass.WRITE, back, verb, rank);
  }

  private void checkBounds(JsonNode statement, JsonNode condition) {
    if (!new Bounds(statement).isBounded(condition)) {
      findings.unboundedWrite();
    }
  }

  /** A target is never a common table expression. */
  private void target(JsonNode relation) {
    if (relation.has("relname")) {
      findings.target(names.relation(relation));
      renamed(relation.path("alias"));
      NodeShape shape = NodeShape.of("RangeVar").orElseThrow();
      fields("RangeVar", relation, shape, true);
    }
  }

  private void assigned(JsonNode targets) {
    for (JsonNode target : targets) {
      findings.column(target.path("ResTarget").path("name").asText());
    }
  }

  private void collect(String type, JsonNode node, boolean strict) {
    switch (type) {
      case "RangeVar" -> {
        if (isVisibleQuery(node)) {
          findings.mentions().derived(node.path("relname").asText(), node.path("alias"));
        } else {
          findings.table(names.relation(node));
        }
        renamed(node.path("alias"));
      }
      case "Alias" -> findings.mentions().rowName(node.path("aliasname").asText());
      case "RangeSubselect", "RangeFunction", "RangeTableFunc", "JsonTable" ->
          findings.mentions().derived("", node.path("alias"));
      case "ReturningOption" -> findings.mentions().unclear(node.path("value").asText());
      case "ColumnRef" -> names.column(node.path("fields"));
      case "A_Indirection" -> names.indirection(node.path("indirection"));
      case "FuncCall" -> names.function(TreeNames.of(node.path("funcname")));
      case "A_Expr" -> names.operator(TreeNames.of(node.path("name")), strict);
      case "SortBy" -> names.optionalOperator(node.path("useOp"), strict);
      case "SubLink" -> names.optionalOperator(node.path("operName"), strict);
      case "RangeTableSample" -> names.sampling(TreeNames.of(node.path("method")));
      case "TypeName" -> names.type(TreeNames.of(node.path("names")), strict);
      case "OnConflictClause", "MergeWhenClause" -> assigned(node.path("targetList"));
      case "JoinExpr" -> {
        if (node.path("isNatural").asBoolean()) {
          findings.wholeRows();
        }
        TreeNames.of(node.path("usingClause")).forEach(findings::column);
        renamed(node.path("alias"));
        findings.mentions().unclear(node.path("alias").path("aliasname").asText());
        findings.mentions().unclear(node.path("join_using_alias").path("aliasname").asText());
      }
      default -> {}
    }
  }

  /** An alias may give a table's columns other names. */
  private void renamed(JsonNode alias) {
    if (alias.has("colnames")) {
      findings.wholeRows();
    }
  }

  private boolean isVisibleQuery(JsonNode relation) {
    return !relation.has("schemaname")
        && !visibleQueries.isEmpty()
        && visibleQueries.peek().contains(relation.path("relname").asText());
  }

  private static boolean startsUpperCase(String name) {
    return !name.isEmpty() && Character.isUpperCase(name.charAt(0));
  }

  /** Node types with a walk of their own, for the test of the reviewed list. */
  static List<String> queries() {
    return QUERIES.stream().sorted().toList();
  }
}
