package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads names, which are lists of String nodes. */
final class TreeNames {
  private TreeNames() {}

  /** The parts of a name; anything but a String node is left out. */
  static List<String> of(JsonNode parts) {
    List<String> names = new ArrayList<>();
    for (JsonNode part : parts) {
      if (part.path("String").has("sval")) {
        names.add(part.path("String").path("sval").asText());
      }
    }
    return names;
  }
}
