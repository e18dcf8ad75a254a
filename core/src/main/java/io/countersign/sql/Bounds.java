package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Whether a condition can hold for some rows of the target and not for others, as far as the text
 * tells. In doubt it cannot.
 */
final class Bounds {
  private final String target;

  Bounds(JsonNode relation) {
    this.target =
        relation.path("alias").path("aliasname").asText(relation.path("relname").asText());
  }

  boolean isBounded(JsonNode condition) {
    if (condition.isArray()) {
      for (JsonNode element : condition) {
        if (isBounded(element)) {
          return true;
        }
      }
      return false;
    }
    if (condition.has("ColumnRef")) {
      return isTargetColumn(condition.path("ColumnRef").path("fields"), true);
    }
    if (condition.has("BoolExpr")) {
      return isBoundedCombination(condition.path("BoolExpr"));
    }
    if (condition.has("A_Expr")) {
      JsonNode comparison = condition.path("A_Expr");
      JsonNode left = comparison.path("lexpr");
      JsonNode right = comparison.path("rexpr");
      return !withoutPlaces(left).equals(withoutPlaces(right))
          && (isBounded(left) || isBounded(right));
    }
    if (condition.has("SubLink")) {
      JsonNode query = condition.path("SubLink");
      return isBounded(query.path("testexpr")) || namesTarget(query.path("subselect"));
    }
    if (condition.has("CurrentOfExpr")) {
      return true;
    }
    for (JsonNode child : condition) {
      if (isBounded(child)) {
        return true;
      }
    }
    return false;
  }

  private boolean isBoundedCombination(JsonNode combination) {
    if (combination.path("boolop").asText().equals("OR_EXPR")) {
      for (JsonNode argument : combination.path("args")) {
        if (!isBounded(argument)) {
          return false;
        }
      }
      return true;
    }
    return isBounded(combination.path("args"));
  }

  /** A subquery depends on the row if it names the target; an unqualified column says nothing. */
  private boolean namesTarget(JsonNode node) {
    if (node.has("ColumnRef")) {
      return isTargetColumn(node.path("ColumnRef").path("fields"), false);
    }
    for (JsonNode child : node) {
      if (namesTarget(child)) {
        return true;
      }
    }
    return false;
  }

  private boolean isTargetColumn(JsonNode fields, boolean unqualified) {
    List<String> parts = TreeNames.of(fields);
    if (parts.size() < 2) {
      return unqualified && !parts.contains(target);
    }
    return parts.get(parts.size() - 2).equals(target);
  }

  private static JsonNode withoutPlaces(JsonNode node) {
    JsonNode copy = node.deepCopy();
    copy.findParents("location").forEach(parent -> ((ObjectNode) parent).remove("location"));
    return copy;
  }

  /** MERGE that changes, without a condition of its own, every row the source does not match. */
  static boolean mergesEveryOtherRow(JsonNode merge) {
    for (JsonNode wrapped : merge.path("mergeWhenClauses")) {
      JsonNode when = wrapped.path("MergeWhenClause");
      String command = when.path("commandType").asText();
      if (when.path("matchKind").asText().equals("MERGE_WHEN_NOT_MATCHED_BY_SOURCE")
          && (command.equals("CMD_DELETE") || command.equals("CMD_UPDATE"))
          && !when.has("condition")) {
        return true;
      }
    }
    return false;
  }
}
