package io.countersign.policy;

import io.countersign.policy.Rule.RuleLimits;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/** Reads what bounds an execution: a rule's {@code limits}, and its {@code budget}. */
final class BudgetReader {
  private static final Duration LONGEST_STATEMENT = Duration.ofHours(24);
  private static final Duration LONGEST_WINDOW = Duration.ofDays(31);

  private final YamlReader yaml;
  private final SeatsReader seats;

  BudgetReader(YamlReader yaml, SeatsReader seats) {
    this.yaml = yaml;
    this.seats = seats;
  }

  Budget budget(Node node) throws PolicyException {
    YamlMapping budget =
        yaml.mapping(node, Set.of("per", "window", "actions", "rows", "bytes", "approvals"));
    Node per = budget.require("per");
    if (!yaml.text(per).equals("agent")) {
      throw yaml.error(per, "expected `agent`, got " + YamlReader.quote(yaml.text(per)));
    }
    if (budget
        .find("actions")
        .or(() -> budget.find("rows"))
        .or(() -> budget.find("bytes"))
        .isEmpty()) {
      throw yaml.error(node, "expected at least one of `actions`, `rows` and `bytes`");
    }
    return new Budget(
        atMost(budget.require("window"), LONGEST_WINDOW),
        count(budget, "actions"),
        count(budget, "rows"),
        size(budget, "bytes"),
        seats.optional(budget, "approvals"));
  }

  RuleLimits limits(Node node) throws PolicyException {
    YamlMapping limits =
        yaml.mapping(
            node,
            Set.of(
                "max_rows",
                "max_bytes",
                "statement_timeout",
                "mask",
                "max_duration",
                "role_attributes"));
    return new RuleLimits(
        count(limits, "max_rows"),
        size(limits, "max_bytes"),
        limits.find("statement_timeout").isPresent()
            ? atMost(limits.require("statement_timeout"), LONGEST_STATEMENT)
            : null,
        limits.find("mask").isPresent()
            ? List.copyOf(yaml.texts(limits.require("mask")))
            : List.of(),
        limits.find("max_duration").isPresent()
            ? yaml.duration(limits.require("max_duration"))
            : null,
        roleAttributes(limits));
  }

  private List<String> roleAttributes(YamlMapping limits) throws PolicyException {
    if (limits.find("role_attributes").isEmpty()) {
      return List.of();
    }
    Node node = limits.require("role_attributes");
    List<String> named = yaml.texts(node);
    for (int i = 0; i < named.size(); i++) {
      if (!GrantLimits.RISKY.contains(named.get(i))) {
        throw yaml.error(
            yaml.list(node).get(i),
            "expected one of %s, got %s"
                .formatted(String.join(", ", GrantLimits.RISKY), YamlReader.quote(named.get(i))));
      }
    }
    return List.copyOf(named);
  }

  private @Nullable Integer count(YamlMapping mapping, String key) throws PolicyException {
    return mapping.find(key).isPresent()
        ? yaml.count(mapping.require(key), 1, Integer.MAX_VALUE)
        : null;
  }

  private @Nullable Long size(YamlMapping mapping, String key) throws PolicyException {
    return mapping.find(key).isPresent() ? yaml.size(mapping.require(key)) : null;
  }

  private Duration atMost(Node node, Duration longest) throws PolicyException {
    Duration duration = yaml.duration(node);
    if (duration.compareTo(longest) > 0) {
      throw yaml.error(node, "expected at most " + Durations.show(longest));
    }
    return duration;
  }
}
