package io.countersign.policy;

import io.countersign.policy.Verdict.ChannelRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a rule's {@code channels}: how far chat and console may go (R16). */
final class ChannelReader {
  private final YamlReader yaml;

  ChannelReader(YamlReader yaml) {
    this.yaml = yaml;
  }

  Map<String, ChannelRule> read(Node node) throws PolicyException {
    YamlMapping mapping = yaml.mapping(node, Set.of("slack", "teams", "console"));
    Map<String, ChannelRule> channels = new LinkedHashMap<>();
    for (Map.Entry<String, Node> entry : mapping.values().entrySet()) {
      channels.put(
          entry.getKey(),
          entry.getKey().equals("console") ? console(entry.getValue()) : chat(entry.getValue()));
    }
    return channels;
  }

  private ChannelRule chat(Node node) throws PolicyException {
    String value = yaml.text(node);
    return switch (value) {
      case "deny_only" -> new ChannelRule(true, false, null);
      case "hidden_values" -> new ChannelRule(false, true, null);
      case "allow" -> new ChannelRule(false, false, null);
      default ->
          throw yaml.error(
              node, "expected allow, deny_only or hidden_values, got " + YamlReader.quote(value));
    };
  }

  private ChannelRule console(Node node) throws PolicyException {
    YamlMapping console = yaml.mapping(node, Set.of("signed_in_within"));
    return new ChannelRule(false, false, yaml.duration(console.require("signed_in_within")));
  }
}
