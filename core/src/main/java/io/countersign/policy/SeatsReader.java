package io.countersign.policy;

import io.countersign.action.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.yaml.snakeyaml.nodes.Node;

/** Reads who has to approve: a list of alternatives, each of groups with counts (R3). */
final class SeatsReader {
  private static final int MAX_ALTERNATIVES = 16;
  private static final int MAX_SEATS = 100;

  private final YamlReader yaml;
  private final Set<String> groups;

  SeatsReader(YamlReader yaml, Set<String> groups) {
    this.yaml = yaml;
    this.groups = groups;
  }

  List<SortedMap<String, Integer>> alternatives(Node node) throws PolicyException {
    List<SortedMap<String, Integer>> alternatives = new ArrayList<>();
    for (Node item : yaml.list(node)) {
      alternatives.add(alternative(item));
    }
    if (alternatives.isEmpty() || alternatives.size() > MAX_ALTERNATIVES) {
      throw yaml.error(node, "expected 1 to %d alternatives".formatted(MAX_ALTERNATIVES));
    }
    return alternatives;
  }

  /** The approvals of {@code key}; {@link Requirement#NONE} where it is not given. */
  Requirement optional(YamlMapping mapping, String key) throws PolicyException {
    return mapping.find(key).isPresent()
        ? new Requirement(alternatives(mapping.require(key)))
        : Requirement.NONE;
  }

  SortedMap<String, Integer> alternative(Node node) throws PolicyException {
    YamlMapping mapping = yaml.mapping(node, Set.of());
    SortedMap<String, Integer> seats = new TreeMap<>();
    for (Map.Entry<String, Node> entry : mapping.values().entrySet()) {
      knownGroup(entry.getKey(), mapping.key(entry.getKey()));
      seats.put(entry.getKey(), yaml.count(entry.getValue(), 1, MAX_SEATS));
    }
    if (seats.isEmpty()) {
      throw yaml.error(node, "expected at least one group and its count");
    }
    return seats;
  }

  void knownGroup(String group, Node node) throws PolicyException {
    if (!groups.contains(group)) {
      throw yaml.error(node, "unknown group %s".formatted(YamlReader.quote(group)));
    }
  }

  static int seats(SortedMap<String, Integer> alternative) {
    return alternative.values().stream().mapToInt(Integer::intValue).sum();
  }
}
