package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Compares parts of a parse tree without their places in the text. */
final class SameTree {
  private SameTree() {}

  static boolean same(JsonNode left, JsonNode right) {
    return withoutPlaces(left).equals(withoutPlaces(right));
  }

  private static JsonNode withoutPlaces(JsonNode node) {
    JsonNode copy = node.deepCopy();
    copy.findParents("location").forEach(parent -> ((ObjectNode) parent).remove("location"));
    return copy;
  }
}
