package io.countersign.policy;

import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads and compiles {@code when}; a mistake in it is told where it stands in the file. */
final class ConditionReader {
  private final YamlReader yaml;
  private final Expressions expressions = new Expressions();

  ConditionReader(YamlReader yaml) {
    this.yaml = yaml;
  }

  /** Where the author set no condition. */
  Condition always(Node node) throws PolicyException {
    try {
      return expressions.compile("true");
    } catch (Expressions.Refused e) {
      throw yaml.error(node, "expected a condition");
    }
  }

  Condition read(Node node) throws PolicyException {
    ScalarNode scalar = yaml.raw(node, "an expression");
    try {
      return expressions.compile(scalar.getValue());
    } catch (Expressions.Refused e) {
      throw yaml.errorInside(scalar, e.offset(), String.valueOf(e.getMessage()));
    }
  }
}
