package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Rule.Reason;
import io.countersign.policy.Rule.RuleLimits;
import io.countersign.policy.Rule.Timing;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Reads one rule of policy.yml. */
final class RuleReader {
  static final Set<String> KEYS =
      Set.of(
          "name",
          "when",
          "then",
          "approvals",
          "deny",
          "budget",
          "pending_for",
          "approved_for",
          "remind_after",
          "reason",
          "channels",
          "escalate",
          "limits",
          "because");

  private static final int MAX_ALTERNATIVES = 16;
  private static final Duration LONGEST_STATEMENT = Duration.ofHours(24);

  private final YamlReader yaml;
  private final Set<String> groups;
  private final Timing defaults;
  private final Expressions expressions = new Expressions();

  RuleReader(YamlReader yaml, Set<String> groups, Timing defaults) {
    this.yaml = yaml;
    this.groups = groups;
    this.defaults = defaults;
  }

  Rule read(Node node) throws PolicyException {
    YamlMapping rule = yaml.mapping(node, KEYS);
    String name = PolicyReader.name(yaml, rule.require("name"));
    Condition when = condition(rule.require("when"));
    Outcome then = outcome(rule.require("then"));
    refuseWithoutEffect(rule, then);
    Requirement approvals =
        then == Outcome.REVIEW ? new Requirement(alternatives(approvals(rule))) : Requirement.NONE;
    Timing timing = PolicyReader.timing(yaml, rule, defaults);
    return new Rule(
        name,
        when,
        then,
        approvals,
        rule.find("deny").isPresent()
            ? yaml.count(rule.require("deny"), 1, PolicyReader.MAX_SEATS)
            : 1,
        timing,
        reason(rule),
        rule.find("channels").isPresent()
            ? new ChannelReader(yaml).read(rule.require("channels"))
            : Map.of(),
        escalations(rule, approvals, timing),
        limits(rule),
        because(rule));
  }

  private Node approvals(YamlMapping rule) throws PolicyException {
    return rule.find("approvals")
        .orElseThrow(
            () -> yaml.error(rule.node(), "expected `approvals`, who reviews it is not said"));
  }

  private static void refuseWithoutEffect(YamlMapping rule, Outcome then) throws PolicyException {
    rule.refuse("budget", "budgets are not supported yet");
    if (then != Outcome.REVIEW) {
      for (String key :
          List.of("approvals", "deny", "pending_for", "remind_after", "channels", "escalate")) {
        rule.refuse(key, "`%s` has an effect only with `then: review`".formatted(key));
      }
    }
    if (then == Outcome.REFUSE) {
      for (String key : List.of("approved_for", "reason", "limits")) {
        rule.refuse(key, "`%s` has no effect with `then: refuse`".formatted(key));
      }
    } else {
      rule.refuse("because", "`because` has an effect only with `then: refuse`");
    }
  }

  private Condition condition(Node node) throws PolicyException {
    ScalarNode scalar = yaml.raw(node, "an expression");
    try {
      return expressions.compile(scalar.getValue());
    } catch (Expressions.Refused e) {
      throw yaml.errorInside(scalar, e.offset(), String.valueOf(e.getMessage()));
    }
  }

  private Outcome outcome(Node node) throws PolicyException {
    String value = yaml.text(node);
    for (Outcome outcome : Outcome.values()) {
      if (outcome.wireName().equals(value)) {
        return outcome;
      }
    }
    throw yaml.error(node, "expected allow, review or refuse, got " + YamlReader.quote(value));
  }

  private List<SortedMap<String, Integer>> alternatives(Node node) throws PolicyException {
    List<SortedMap<String, Integer>> alternatives = new ArrayList<>();
    for (Node item : yaml.list(node)) {
      alternatives.add(alternative(item));
    }
    if (alternatives.isEmpty() || alternatives.size() > MAX_ALTERNATIVES) {
      throw yaml.error(node, "expected 1 to %d alternatives".formatted(MAX_ALTERNATIVES));
    }
    return alternatives;
  }

  private SortedMap<String, Integer> alternative(Node node) throws PolicyException {
    YamlMapping mapping = yaml.mapping(node, Set.of());
    SortedMap<String, Integer> seats = new TreeMap<>();
    for (Map.Entry<String, Node> entry : mapping.values().entrySet()) {
      knownGroup(entry.getKey(), mapping.key(entry.getKey()));
      seats.put(entry.getKey(), yaml.count(entry.getValue(), 1, PolicyReader.MAX_SEATS));
    }
    if (seats.isEmpty()) {
      throw yaml.error(node, "expected at least one group and its count");
    }
    return seats;
  }

  private void knownGroup(String group, Node node) throws PolicyException {
    if (!groups.contains(group)) {
      throw yaml.error(node, "unknown group %s".formatted(YamlReader.quote(group)));
    }
  }

  private Reason reason(YamlMapping rule) throws PolicyException {
    if (rule.find("reason").isEmpty()) {
      return Reason.ANY;
    }
    YamlMapping reason = yaml.mapping(rule.require("reason"), Set.of("min_length", "ask"));
    int minLength =
        reason.find("min_length").isPresent()
            ? yaml.count(reason.require("min_length"), 0, 1000)
            : 0;
    return new Reason(
        minLength, reason.find("ask").isPresent() ? yaml.text(reason.require("ask")) : null);
  }

  private RuleLimits limits(YamlMapping rule) throws PolicyException {
    if (rule.find("limits").isEmpty()) {
      return RuleLimits.NONE;
    }
    YamlMapping limits =
        yaml.mapping(rule.require("limits"), Set.of("max_rows", "statement_timeout", "mask"));
    return new RuleLimits(
        limits.find("max_rows").isPresent()
            ? yaml.count(limits.require("max_rows"), 1, Integer.MAX_VALUE)
            : null,
        limits.find("statement_timeout").isPresent()
            ? timeout(limits.require("statement_timeout"))
            : null,
        limits.find("mask").isPresent()
            ? List.copyOf(yaml.texts(limits.require("mask")))
            : List.of());
  }

  private Duration timeout(Node node) throws PolicyException {
    Duration timeout = yaml.duration(node);
    if (timeout.compareTo(LONGEST_STATEMENT) > 0) {
      throw yaml.error(node, "expected at most " + Durations.show(LONGEST_STATEMENT));
    }
    return timeout;
  }

  private @Nullable String because(YamlMapping rule) throws PolicyException {
    return rule.find("because").isPresent() ? yaml.text(rule.require("because")) : null;
  }

  private List<Escalation> escalations(YamlMapping rule, Requirement approvals, Timing timing)
      throws PolicyException {
    if (rule.find("escalate").isEmpty()) {
      return List.of();
    }
    List<Escalation> escalations = new ArrayList<>();
    for (Node item : yaml.list(rule.require("escalate"))) {
      escalations.add(escalation(item, approvals, timing.pendingFor()));
    }
    return List.copyOf(escalations);
  }

  private Escalation escalation(Node node, Requirement approvals, Duration pendingFor)
      throws PolicyException {
    YamlMapping mapping = yaml.mapping(node, Set.of("after", "notify", "approvals"));
    Node after = mapping.require("after");
    Duration wait = yaml.duration(after);
    if (wait.compareTo(pendingFor) >= 0) {
      throw yaml.error(
          after, "expected less than pending_for, which is " + Durations.show(pendingFor));
    }
    if (mapping.find("notify").isEmpty() && mapping.find("approvals").isEmpty()) {
      throw yaml.error(node, "expected `notify` or `approvals`");
    }
    return new Escalation(
        wait,
        mapping.find("notify").isPresent() ? notified(mapping.require("notify")) : List.of(),
        mapping.find("approvals").isPresent()
            ? added(mapping.require("approvals"), approvals)
            : List.of());
  }

  private List<String> notified(Node node) throws PolicyException {
    List<String> names = yaml.texts(node);
    for (int i = 0; i < names.size(); i++) {
      knownGroup(names.get(i), yaml.list(node).get(i));
    }
    return List.copyOf(names);
  }

  /** An escalation widens; it never makes approving easier (R10). */
  private List<SortedMap<String, Integer>> added(Node node, Requirement approvals)
      throws PolicyException {
    int fewest = approvals.alternatives().stream().mapToInt(RuleReader::seats).min().orElse(1);
    List<SortedMap<String, Integer>> added = alternatives(node);
    for (int i = 0; i < added.size(); i++) {
      if (seats(added.get(i)) < fewest) {
        throw yaml.error(
            yaml.list(node).get(i),
            "expected at least %d seats, as the rule asks: an escalation never lowers the count"
                .formatted(fewest));
      }
    }
    return added;
  }

  private static int seats(SortedMap<String, Integer> alternative) {
    return alternative.values().stream().mapToInt(Integer::intValue).sum();
  }
}
