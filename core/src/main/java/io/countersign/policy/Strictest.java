package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Rule.Timing;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The strictest of what several rules say about time, limits, channels and reasons (R7). */
record Strictest(List<Rule> rules, Timing defaults) {

  Verdict verdict(
      Outcome outcome,
      @Nullable String because,
      Requirement requirement,
      List<Escalation> escalations,
      String policyVersion) {
    return new Verdict(
        outcome,
        rules.stream().map(Rule::name).toList(),
        because,
        requirement,
        denials(),
        pendingFor(),
        rules.stream()
            .map(rule -> rule.timing().approvedFor())
            .min(Comparator.naturalOrder())
            .orElse(defaults.approvedFor()),
        reminders(),
        escalations,
        least(rule -> rule.limits().maxRows()),
        least(rule -> rule.limits().maxBytes()),
        least(rule -> rule.limits().statementTimeout()),
        rules.stream().flatMap(rule -> rule.limits().mask().stream()).distinct().sorted().toList(),
        channels(),
        rules.stream().mapToInt(rule -> rule.reason().minLength()).max().orElse(0),
        ask(),
        policyVersion);
  }

  private Stream<Rule> reviewing() {
    return rules.stream().filter(rule -> rule.then() == Outcome.REVIEW);
  }

  /** Fewer denials are stricter: a rule that asks for more speaks only for itself. */
  private int denials() {
    return reviewing().mapToInt(Rule::deny).min().orElse(1);
  }

  private Duration pendingFor() {
    return reviewing()
        .map(rule -> rule.timing().pendingFor())
        .min(Comparator.naturalOrder())
        .orElse(defaults.pendingFor());
  }

  /** Every reminder some rule wants, unless it would come after the end. */
  private List<Duration> reminders() {
    Duration end = pendingFor();
    Stream<Duration> wanted =
        reviewing().findAny().isPresent()
            ? reviewing().flatMap(rule -> rule.timing().remindAfter().stream())
            : defaults.remindAfter().stream();
    return wanted.filter(after -> after.compareTo(end) < 0).distinct().sorted().toList();
  }

  private <T extends Comparable<T>> @Nullable T least(Function<Rule, @Nullable T> bound) {
    @Nullable T least = null;
    for (Rule rule : rules) {
      least = Rule.least(least, bound.apply(rule));
    }
    return least;
  }

  /** A rule that does not mention a channel gives it no right to approve what it hides. */
  private Map<String, ChannelRule> channels() {
    Map<String, ChannelRule> channels = new TreeMap<>();
    reviewing()
        .flatMap(rule -> rule.channels().keySet().stream())
        .distinct()
        .forEach(channel -> channels.put(channel, channel(channel)));
    return channels;
  }

  private ChannelRule channel(String channel) {
    ChannelRule unmentioned = new ChannelRule(false, false, null);
    List<ChannelRule> said =
        reviewing().map(rule -> rule.channels().getOrDefault(channel, unmentioned)).toList();
    return new ChannelRule(
        said.stream().anyMatch(ChannelRule::denyOnly),
        said.stream().allMatch(ChannelRule::hiddenValues),
        said.stream()
            .map(ChannelRule::signedInWithin)
            .filter(Objects::nonNull)
            .min(Comparator.naturalOrder())
            .orElse(null));
  }

  private @Nullable String ask() {
    String asked =
        rules.stream()
            .map(rule -> rule.reason().ask())
            .filter(Objects::nonNull)
            .distinct()
            .collect(Collectors.joining(" "));
    return asked.isEmpty() ? null : asked;
  }
}
