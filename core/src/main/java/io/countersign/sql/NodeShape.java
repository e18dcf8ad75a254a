package io.countersign.sql;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The fields a node of the parse tree may have and still be understood.
 *
 * @param fields by name; the node type of a typed member, or an empty text for any other field
 */
record NodeShape(Map<String, String> fields) {

  private static final Map<String, NodeShape> SHAPES =
      ReviewedList.lines("nodes.txt").stream()
          .map(line -> line.split(" ", -1))
          .collect(Collectors.toUnmodifiableMap(words -> words[0], NodeShape::read));

  static Optional<NodeShape> of(String node) {
    return Optional.ofNullable(SHAPES.get(node));
  }

  private static NodeShape read(String[] words) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      String[] parts = words[i].split(":", 2);
      fields.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    return new NodeShape(Map.copyOf(fields));
  }
}
