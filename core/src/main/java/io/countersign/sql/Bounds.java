package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a condition can hold for some rows of the target and not for others, as far as the text
 * tells. In doubt it cannot: whether a column may be null, for example, the text does not tell.
 */
final class Bounds {
  private static final Set<String> MATCH_EVERYTHING = Set.of("", ".*", "^", "$", "^.*", "^.*$");

  private static final Set<String> REFLEXIVE = Set.of("=", "<=", ">=");
  private static final Set<String> FIELD_OPERATORS = Set.of("->", "->>", "#>", "#>>");

  private final Sources sources;

  Bounds(JsonNode statement) {
    this(Sources.of(statement));
  }

  private Bounds(Sources sources) {
    this.sources = sources;
  }

  boolean isBounded(JsonNode condition) {
    return depends(condition, false);
  }

  /** True if the value of an expression, or its opposite, may differ from row to row. */
  private boolean depends(JsonNode node, boolean negated) {
    if (node.isArray()) {
      return anyDepends(node, negated);
    }
    if (!node.isObject() || node.isEmpty()) {
      return false;
    }
    String type = node.fieldNames().next();
    if (Character.isLowerCase(type.charAt(0))) {
      return anyDepends(node, negated);
    }
    JsonNode inner = node.path(type);
    return switch (type) {
      case "ColumnRef" -> sources.isTargetColumn(TreeNames.of(inner.path("fields")));
      case "BoolExpr" -> combination(inner, negated);
      case "NullTest" -> {
        boolean wantsNull = inner.path("nulltesttype").asText().equals("IS_NULL");
        yield wantsNull != negated && isColumn(inner.path("arg"));
      }
      case "BooleanTest" -> truthTest(inner, negated);
      case "CoalesceExpr" -> depends(inner.path("args").path(0), negated);
      case "CaseExpr" -> choice(inner, negated);
      case "A_Expr" -> comparison(inner, negated);
      case "SubLink" -> subquery(inner, negated);
      case "CurrentOfExpr" -> true;
      default -> anyDepends(inner, negated);
    };
  }

  private boolean anyDepends(JsonNode parent, boolean negated) {
    for (JsonNode child : parent) {
      if (child.isContainerNode() && depends(child, negated)) {
        return true;
      }
    }
    return false;
  }

  private boolean combination(JsonNode combination, boolean negated) {
    JsonNode arguments = combination.path("args");
    String operator = combination.path("boolop").asText();
    if (operator.equals("NOT_EXPR")) {
      return depends(arguments.path(0), !negated);
    }
    if (operator.equals("AND_EXPR") != negated) {
      return anyDepends(arguments, negated);
    }
    for (JsonNode argument : arguments) {
      if (!depends(argument, negated)) {
        return false;
      }
    }
    return !Opposites.isAmong(arguments);
  }

  private boolean truthTest(JsonNode test, boolean negated) {
    JsonNode argument = test.path("arg");
    return switch (test.path("booltesttype").asText()) {
      case "IS_TRUE", "IS_NOT_FALSE" -> depends(argument, negated);
      case "IS_FALSE", "IS_NOT_TRUE" -> depends(argument, !negated);
      case "IS_UNKNOWN" -> !negated && isColumn(argument);
      default -> negated && isColumn(argument);
    };
  }

  /** Its first condition must tell rows apart, and what comes out must differ. */
  private boolean choice(JsonNode choice, boolean negated) {
    JsonNode branches = choice.path("args");
    JsonNode first = branches.path(0).path("CaseWhen");
    boolean firstDepends =
        depends(choice.path("arg"), negated) || depends(first.path("expr"), negated);
    boolean differs = !SameTree.same(first.path("result"), choice.path("defresult"));
    for (JsonNode branch : branches) {
      JsonNode result = branch.path("CaseWhen").path("result");
      differs |= !SameTree.same(first.path("result"), result);
    }
    return firstDepends && differs;
  }

  private boolean comparison(JsonNode comparison, boolean negated) {
    JsonNode left = comparison.path("lexpr");
    JsonNode right = comparison.path("rexpr");
    if (isNullConstant(left) || isNullConstant(right)) {
      boolean wantsNull = comparison.path("kind").asText().equals("AEXPR_NOT_DISTINCT");
      return wantsNull && !negated && (isColumn(left) || isColumn(right));
    }
    String operator = String.join(".", TreeNames.of(comparison.path("name")));
    JsonNode truth = right.path("A_Const").path("boolval");
    if (truth.isObject() && (operator.equals("=") || operator.equals("<>"))) {
      return depends(left, negated == (truth.path("boolval").asBoolean() == operator.equals("=")));
    }
    boolean pairsRows = REFLEXIVE.contains(operator) && isSameRow(left, right);
    if (isAboutItself(left, right) || matchesEverything(comparison) || pairsRows) {
      return false;
    }
    return depends(left, false) || depends(right, false);
  }

  private static boolean isAboutItself(JsonNode left, JsonNode right) {
    if (SameTree.same(left, right)) {
      return true;
    }
    JsonNode list =
        right.has("List")
            ? right.path("List").path("items")
            : right.path("A_ArrayExpr").path("elements");
    for (JsonNode element : list) {
      if (SameTree.same(left, element)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matchesEverything(JsonNode comparison) {
    JsonNode right = comparison.path("rexpr");
    JsonNode pattern = right.has("FuncCall") ? right.path("FuncCall").path("args").path(0) : right;
    if (!pattern.path("A_Const").has("sval")) {
      return false;
    }
    String text = pattern.path("A_Const").path("sval").path("sval").asText();
    return switch (comparison.path("kind").asText()) {
      case "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_SIMILAR" -> text.matches("%+");
      default -> isRegex(comparison) && MATCH_EVERYTHING.contains(text);
    };
  }

  private static boolean isRegex(JsonNode comparison) {
    return TreeNames.of(comparison.path("name")).getLast().contains("~");
  }

  /** A row of the target with itself, read once more under another name. */
  private boolean isSameRow(JsonNode left, JsonNode right) {
    return sources.isSameColumn(names(left), names(right));
  }

  private boolean subquery(JsonNode link, boolean negated) {
    JsonNode query = link.path("subselect");
    return switch (link.path("subLinkType").asText()) {
      case "EXISTS_SUBLINK" ->
          namesTarget(query) && (!sources.readsTarget(query) || narrows(query.path("SelectStmt")));
      case "ANY_SUBLINK" ->
          depends(link.path("testexpr"), negated) && !sources.readsTargetWhole(query);
      default -> depends(link.path("testexpr"), negated) || namesTarget(query);
    };
  }

  /** More is asked of the rows read again than to be the same rows. */
  private static boolean narrows(JsonNode select) {
    Bounds inner = new Bounds(Sources.ANY);
    for (JsonNode conjunct : conjuncts(select.path("whereClause"))) {
      JsonNode comparison = conjunct.path("A_Expr");
      List<String> left = names(comparison.path("lexpr"));
      List<String> right = names(comparison.path("rexpr"));
      boolean sameColumn = !left.isEmpty() && !right.isEmpty() && last(left).equals(last(right));
      boolean isEquality = TreeNames.of(comparison.path("name")).contains("=");
      if (!(sameColumn && isEquality) && inner.isBounded(conjunct)) {
        return true;
      }
    }
    return false;
  }

  private static List<JsonNode> conjuncts(JsonNode condition) {
    JsonNode combination = condition.path("BoolExpr");
    if (!combination.path("boolop").asText().equals("AND_EXPR")) {
      return List.of(condition);
    }
    List<JsonNode> all = new ArrayList<>();
    combination.path("args").forEach(argument -> all.addAll(conjuncts(argument)));
    return all;
  }

  /** A subquery depends on the row if it names the target; an unqualified column says nothing. */
  private boolean namesTarget(JsonNode node) {
    if (node.has("ColumnRef")) {
      return sources.isQualifiedTargetColumn(names(node));
    }
    for (JsonNode child : node) {
      if (namesTarget(child)) {
        return true;
      }
    }
    return false;
  }

  /** A column, or a field of one: whether another expression may be null is in doubt. */
  private boolean isColumn(JsonNode node) {
    JsonNode field = node.path("A_Expr");
    if (FIELD_OPERATORS.containsAll(TreeNames.of(field.path("name"))) && field.has("lexpr")) {
      return isColumn(field.path("lexpr"));
    }
    return node.has("A_Indirection")
        ? isColumn(node.path("A_Indirection").path("arg"))
        : node.has("ColumnRef") && depends(node, false);
  }

  private static boolean isNullConstant(JsonNode node) {
    return node.has("TypeCast")
        ? isNullConstant(node.path("TypeCast").path("arg"))
        : node.path("A_Const").path("isnull").asBoolean();
  }

  private static List<String> names(JsonNode column) {
    return TreeNames.of(column.path("ColumnRef").path("fields"));
  }

  private static String last(List<String> names) {
    return names.getLast();
  }

  /** MERGE that changes, without a condition of its own, every row the source does not match. */
  static boolean mergesEveryOtherRow(JsonNode merge) {
    for (JsonNode wrapped : merge.path("mergeWhenClauses")) {
      JsonNode when = wrapped.path("MergeWhenClause");
      String command = when.path("commandType").asText();
      if (when.path("matchKind").asText().equals("MERGE_WHEN_NOT_MATCHED_BY_SOURCE")
          && (command.equals("CMD_DELETE") || command.equals("CMD_UPDATE"))
          && !new Bounds(merge).isBounded(when.path("condition"))) {
        return true;
      }
    }
    return false;
  }

  /** For conditions in which every column counts. */
  static boolean isConstant(JsonNode condition) {
    return !new Bounds(Sources.ANY).isBounded(condition);
  }
}
