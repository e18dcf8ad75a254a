package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/** Finds {@code a or not a} among conditions, also as {@code x > 0 or x <= 0}. */
final class Opposites {
  private static final Map<String, String> INVERSE =
      Map.of(
          "=", "<>",
          "<", ">=",
          ">", "<=",
          "~~", "!~~",
          "~~*", "!~~*",
          "~", "!~",
          "~*", "!~*",
          "BETWEEN", "NOT BETWEEN",
          "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC");
  private static final Set<String> UPWARDS = Set.of(">", ">=");
  private static final Set<String> DOWNWARDS = Set.of("<", "<=");

  private Opposites() {}

  static boolean isAmong(JsonNode conditions) {
    for (JsonNode one : conditions) {
      for (JsonNode other : conditions) {
        if (isNegation(one, other)
            || isInverse(one.path("A_Expr"), other.path("A_Expr"))
            || overlap(one.path("A_Expr"), other.path("A_Expr"))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isNegation(JsonNode one, JsonNode other) {
    JsonNode combination = one.path("BoolExpr");
    return combination.path("boolop").asText().equals("NOT_EXPR")
        && SameTree.same(combination.path("args").path(0), other);
  }

  private static boolean isInverse(JsonNode one, JsonNode other) {
    if (!SameTree.same(one.path("lexpr"), other.path("lexpr"))
        || !SameTree.same(one.path("rexpr"), other.path("rexpr"))) {
      return false;
    }
    boolean distinct =
        one.path("kind").asText().equals("AEXPR_DISTINCT")
            && other.path("kind").asText().equals("AEXPR_NOT_DISTINCT");
    return distinct || name(other).equals(INVERSE.get(name(one)));
  }

  /** {@code x < 5 or x > 3}, and in doubt {@code x <= $1 or x >= $1}. */
  private static boolean overlap(JsonNode down, JsonNode up) {
    if (!DOWNWARDS.contains(name(down))
        || !UPWARDS.contains(name(up))
        || !SameTree.same(down.path("lexpr"), up.path("lexpr"))) {
      return false;
    }
    JsonNode most = down.path("rexpr");
    JsonNode least = up.path("rexpr");
    if (SameTree.same(most, least)) {
      return name(down).equals("<=") || name(up).equals(">=");
    }
    return isNumber(most) && isNumber(least) && number(most) >= number(least);
  }

  private static boolean isNumber(JsonNode node) {
    return node.path("A_Const").has("ival") || node.path("A_Const").has("fval");
  }

  private static double number(JsonNode node) {
    JsonNode constant = node.path("A_Const");
    return constant.has("ival")
        ? constant.path("ival").path("ival").asDouble()
        : constant.path("fval").path("fval").asDouble();
  }

  private static String name(JsonNode comparison) {
    return String.join(".", TreeNames.of(comparison.path("name")));
  }
}
