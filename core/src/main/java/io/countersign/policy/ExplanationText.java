package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Explanation.ActiveFreeze;
import io.countersign.policy.Explanation.MatchedRule;
import io.countersign.policy.Explanation.NamedFact;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An explanation as lines for a terminal; places are {@code file:line}. */
record ExplanationText(String fileName, Explanation explanation) {

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    Verdict verdict = explanation.verdict();
    lines.add("verdict: " + verdict.outcome().wireName());
    explanation.rules().forEach(rule -> lines.add(show(rule)));
    explanation.freezes().forEach(freeze -> lines.add(show(freeze)));
    if (verdict.because() != null) {
      lines.add("because: " + verdict.because());
    }
    if (verdict.outcome() == Outcome.REVIEW) {
      verdict.requirement().alternatives().forEach(seats -> lines.add("seats: " + show(seats)));
      lines.add("pending for: " + Durations.show(verdict.pendingFor()));
    }
    if (verdict.outcome() != Outcome.REFUSE) {
      bounds(lines, verdict);
    }
    explanation.facts().forEach(fact -> lines.add(show(fact)));
    lines.add("policy: " + verdict.policyVersion());
    return lines;
  }

  private static void bounds(List<String> lines, Verdict verdict) {
    add(lines, "max rows", verdict.maxRows());
    add(lines, "max bytes", verdict.maxBytes());
    Duration timeout = verdict.statementTimeout();
    add(lines, "statement timeout", timeout == null ? null : Durations.show(timeout));
    add(lines, "masked", verdict.mask().isEmpty() ? null : String.join(", ", verdict.mask()));
    int least = verdict.minReasonLength();
    add(lines, "reason", least == 0 ? null : "at least %d characters".formatted(least));
  }

  private static void add(List<String> lines, String name, @Nullable Object value) {
    if (value != null) {
      lines.add(name + ": " + value);
    }
  }

  private String show(MatchedRule rule) {
    String how = rule.failed() ? "could not be evaluated" : rule.then().wireName();
    return "rule: %s (%s%s) at %s:%d"
        .formatted(
            rule.name(), how, rule.usedUp() ? ", budget used up" : "", fileName, rule.line());
  }

  private String show(ActiveFreeze freeze) {
    String needed =
        freeze.unless().equals(Requirement.NONE)
            ? "nobody can pass it"
            : freeze.unless().alternatives().stream()
                .map(ExplanationText::show)
                .collect(Collectors.joining(" or "));
    return "freeze: %s until %s (%s%s) at %s:%d"
        .formatted(
            freeze.name(),
            freeze.until(),
            needed,
            freeze.failed() ? ", could not be evaluated" : "",
            fileName,
            freeze.line());
  }

  private static String show(NamedFact fact) {
    Object value = fact.value();
    String shown =
        switch (value) {
          case null -> "absent";
          case String text -> quote(text);
          case Duration duration -> Durations.show(duration);
          case List<?> texts ->
              texts.stream()
                  .map(text -> quote(String.valueOf(text)))
                  .collect(Collectors.joining(", ", "[", "]"));
          default -> value.toString();
        };
    return "fact: " + fact.name() + " = " + shown;
  }

  private static String quote(String text) {
    return '"' + YamlReader.oneLine(text) + '"';
  }

  private static String show(SortedMap<String, Integer> seats) {
    return seats.entrySet().stream()
        .map(seat -> seat.getKey() + " " + seat.getValue())
        .collect(Collectors.joining(", "));
  }
}
