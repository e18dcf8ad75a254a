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
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

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

  private static final int MAX_DENIALS = 100;
  private static final int MAX_ESCALATIONS = 10;

  private final YamlReader yaml;
  private final Timing defaults;
  private final SeatsReader seats;
  private final ConditionReader conditions;
  private final BudgetReader bounds;

  RuleReader(YamlReader yaml, SeatsReader seats, ConditionReader conditions, Timing defaults) {
    this.yaml = yaml;
    this.defaults = defaults;
    this.seats = seats;
    this.conditions = conditions;
    this.bounds = new BudgetReader(yaml, seats);
  }

  Rule read(Node node) throws PolicyException {
    YamlMapping rule = yaml.mapping(node, KEYS);
    String name = PolicyReader.name(yaml, rule.require("name"));
    Condition when = conditions.read(rule.require("when"));
    Outcome then = outcome(rule.require("then"));
    refuseWithoutEffect(rule, then);
    Requirement approvals =
        then == Outcome.REVIEW
            ? new Requirement(seats.alternatives(approvals(rule)))
            : Requirement.NONE;
    Timing timing = PolicyReader.timing(yaml, rule, defaults);
    return new Rule(
        name,
        YamlReader.place(node),
        when,
        then,
        approvals,
        rule.find("deny").isPresent() ? yaml.count(rule.require("deny"), 1, MAX_DENIALS) : 1,
        timing,
        reason(rule),
        rule.find("channels").isPresent()
            ? new ChannelReader(yaml).read(rule.require("channels"))
            : Map.of(),
        escalations(rule, approvals, timing),
        rule.find("limits").isPresent() ? bounds.limits(rule.require("limits")) : RuleLimits.NONE,
        rule.find("budget").isPresent() ? bounds.budget(rule.require("budget")) : null,
        because(rule));
  }

  private Node approvals(YamlMapping rule) throws PolicyException {
    return rule.find("approvals")
        .orElseThrow(
            () -> yaml.error(rule.node(), "expected `approvals`, who reviews it is not said"));
  }

  private static void refuseWithoutEffect(YamlMapping rule, Outcome then) throws PolicyException {
    if (then != Outcome.ALLOW) {
      rule.refuse("budget", "`budget` has an effect only with `then: allow`");
    }
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

  private Outcome outcome(Node node) throws PolicyException {
    String value = yaml.text(node);
    for (Outcome outcome : Outcome.values()) {
      if (outcome.wireName().equals(value)) {
        return outcome;
      }
    }
    throw yaml.error(node, "expected allow, review or refuse, got " + YamlReader.quote(value));
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

  private @Nullable String because(YamlMapping rule) throws PolicyException {
    return rule.find("because").isPresent() ? yaml.text(rule.require("because")) : null;
  }

  private List<Escalation> escalations(YamlMapping rule, Requirement approvals, Timing timing)
      throws PolicyException {
    if (rule.find("escalate").isEmpty()) {
      return List.of();
    }
    List<Node> items = yaml.list(rule.require("escalate"));
    if (items.size() > MAX_ESCALATIONS) {
      throw yaml.error(
          rule.require("escalate"), "expected at most %d escalations".formatted(MAX_ESCALATIONS));
    }
    List<Escalation> escalations = new ArrayList<>();
    for (Node item : items) {
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
      seats.knownGroup(names.get(i), yaml.list(node).get(i));
    }
    return List.copyOf(names);
  }

  /** An escalation widens; it never makes approving easier (R10). */
  private List<SortedMap<String, Integer>> added(Node node, Requirement approvals)
      throws PolicyException {
    int fewest = approvals.alternatives().stream().mapToInt(SeatsReader::seats).min().orElse(1);
    List<SortedMap<String, Integer>> added = seats.alternatives(node);
    for (int i = 0; i < added.size(); i++) {
      if (SeatsReader.seats(added.get(i)) < fewest) {
        throw yaml.error(
            yaml.list(node).get(i),
            "expected at least %d seats, as the rule asks: an escalation never lowers the count"
                .formatted(fewest));
      }
    }
    return added;
  }
}
