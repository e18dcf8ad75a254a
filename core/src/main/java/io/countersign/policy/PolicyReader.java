package io.countersign.policy;

import io.countersign.policy.Rule.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;

/** Reads policy.yml. What is not understood, or not enforced, is an error and never ignored. */
final class PolicyReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final Timing BUILT_IN =
      new Timing(Duration.ofHours(1), Duration.ofMinutes(10), List.of());

  private final YamlReader yaml;

  PolicyReader(PolicyText text) {
    this.yaml = new YamlReader(text);
  }

  /**
   * What a policy file says, before it gets its version.
   *
   * @param places where the groups are defined
   */
  record Content(
      Map<String, Group> groups,
      Map<String, Place> places,
      Timing defaults,
      List<Rule> rules,
      List<Freeze> freezes) {}

  Content read() throws PolicyException {
    YamlMapping file =
        yaml.mapping(yaml.root(), Set.of("version", "groups", "defaults", "rules", "freezes"));
    yaml.count(file.require("version"), 1, 1);
    Map<String, Group> groups = groups(file.require("groups"));
    Timing defaults = defaults(file);
    SeatsReader seats = new SeatsReader(yaml, groups.keySet());
    ConditionReader conditions = new ConditionReader(yaml);
    return new Content(
        groups,
        places(file.require("groups")),
        defaults,
        rules(file.require("rules"), new RuleReader(yaml, seats, conditions, defaults)),
        file.find("freezes").isPresent()
            ? new FreezeReader(yaml, seats, conditions).read(file.require("freezes"))
            : List.of());
  }

  /** A name that can be shown anywhere without escaping. */
  static String name(YamlReader yaml, Node node) throws PolicyException {
    String name = yaml.text(node);
    if (!NAME.matcher(name).matches()) {
      throw yaml.error(
          node,
          "expected a name of letters, digits, `-`, `_` and `.`, at most 64, got "
              + YamlReader.quote(name));
    }
    return name;
  }

  /** Deadlines and reminders as {@code node} sets them, the rest as before. */
  static Timing timing(YamlReader yaml, YamlMapping node, Timing before) throws PolicyException {
    Duration pendingFor = before.pendingFor();
    Duration approvedFor = before.approvedFor();
    List<Duration> remindAfter = before.remindAfter();
    if (node.find("pending_for").isPresent()) {
      pendingFor = yaml.duration(node.require("pending_for"));
    }
    if (node.find("approved_for").isPresent()) {
      approvedFor = yaml.duration(node.require("approved_for"));
    }
    if (node.find("remind_after").isPresent()) {
      remindAfter = reminders(yaml, node.require("remind_after"));
    }
    return new Timing(pendingFor, approvedFor, remindAfter);
  }

  private static List<Duration> reminders(YamlReader yaml, Node node) throws PolicyException {
    List<Duration> reminders = new ArrayList<>();
    for (Node item : yaml.list(node)) {
      reminders.add(yaml.duration(item));
    }
    if (reminders.size() > 10) {
      throw yaml.error(node, "expected at most 10 reminders");
    }
    return List.copyOf(reminders);
  }

  private Map<String, Group> groups(Node node) throws PolicyException {
    Map<String, Group> groups = new LinkedHashMap<>();
    YamlMapping mapping = yaml.mapping(node, Set.of());
    for (Map.Entry<String, Node> entry : mapping.values().entrySet()) {
      groups.put(name(yaml, mapping.key(entry.getKey())), group(entry.getValue()));
    }
    return groups;
  }

  private Map<String, Place> places(Node node) throws PolicyException {
    YamlMapping mapping = yaml.mapping(node, Set.of());
    Map<String, Place> places = new LinkedHashMap<>();
    mapping
        .values()
        .keySet()
        .forEach(name -> places.put(name, YamlReader.place(mapping.key(name))));
    return places;
  }

  private Group group(Node node) throws PolicyException {
    YamlMapping group = yaml.mapping(node, Set.of("idp", "owners_of"));
    if (group.values().size() != 1) {
      throw yaml.error(node, "expected either `idp` or `owners_of`");
    }
    if (group.find("idp").isPresent()) {
      return new Group.Idp(yaml.text(group.require("idp")));
    }
    Node owners = group.require("owners_of");
    if (!yaml.text(owners).equals("target")) {
      throw yaml.error(owners, "expected `target`");
    }
    return new Group.OwnersOfTarget();
  }

  private Timing defaults(YamlMapping file) throws PolicyException {
    if (file.find("defaults").isEmpty()) {
      return BUILT_IN;
    }
    YamlMapping defaults =
        yaml.mapping(
            file.require("defaults"), Set.of("pending_for", "approved_for", "remind_after"));
    return timing(yaml, defaults, BUILT_IN);
  }

  private List<Rule> rules(Node node, RuleReader reader) throws PolicyException {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (Node item : yaml.list(node)) {
      Rule rule = reader.read(item);
      if (rules.put(rule.name(), rule) != null) {
        Node name = yaml.mapping(item, RuleReader.KEYS).require("name");
        throw yaml.error(name, "duplicate rule name " + YamlReader.quote(rule.name()));
      }
    }
    if (rules.isEmpty()) {
      throw yaml.error(node, "expected at least one rule");
    }
    return List.copyOf(rules.values());
  }
}
