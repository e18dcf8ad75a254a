package io.countersign.policy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;

/** A YAML mapping whose keys are known: no duplicates, no others. */
final class YamlMapping {
  private final YamlReader reader;
  private final MappingNode node;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> keys = new LinkedHashMap<>();

  /** An empty set of allowed keys means that the author chooses them. */
  YamlMapping(YamlReader reader, MappingNode node, Set<String> allowed) throws PolicyException {
    this.reader = reader;
    this.node = node;
    for (NodeTuple entry : node.getValue()) {
      String key = reader.text(entry.getKeyNode());
      if (!allowed.isEmpty() && !allowed.contains(key)) {
        throw reader.error(
            entry.getKeyNode(),
            "unknown key %s, expected one of %s"
                .formatted(YamlReader.quote(key), String.join(", ", new TreeSet<>(allowed))));
      }
      if (values.put(key, entry.getValueNode()) != null) {
        throw reader.error(entry.getKeyNode(), "duplicate key " + YamlReader.quote(key));
      }
      keys.put(key, entry.getKeyNode());
    }
  }

  Optional<Node> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  Node require(String key) throws PolicyException {
    return find(key)
        .orElseThrow(() -> reader.error(node, "expected the key " + YamlReader.quote(key)));
  }

  /** Refuses a key where it would have no effect: what is silently ignored protects nobody. */
  void refuse(String key, String why) throws PolicyException {
    Node found = keys.get(key);
    if (found != null) {
      throw reader.error(found, why);
    }
  }

  Map<String, Node> values() {
    return values;
  }

  /** Where the author wrote the key. */
  Node key(String key) {
    return keys.getOrDefault(key, node);
  }

  Node node() {
    return node;
  }
}
