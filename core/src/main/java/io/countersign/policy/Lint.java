package io.countersign.policy;

import io.countersign.action.Target;
import io.countersign.policy.Condition.Answer;
import io.countersign.policy.PolicyReader.Content;
import io.countersign.policy.Search.Found;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks for what an author hardly meant: rules that never match or never matter, actions that no
 * rule covers, groups without a use. Conditions are tried on facts made from what they mention.
 */
final class Lint {
  private static final int MOST_TRIED = 2_000_000;
  private static final int MOST_TRIED_AT_ONCE = 4_096;

  private final Content content;
  private final Instant now;
  private final List<Target> targets;
  private final Optional<Set<String>> heldGroups;
  private final Search search;
  private final List<LintWarning> warnings = new ArrayList<>();

  Lint(Content content, Instant now, Installation installation) {
    this.content = content;
    this.now = now;
    this.targets = installation.targets();
    this.heldGroups = installation.heldGroups();
    int searches =
        (content.rules().size() + content.freezes().size())
            * (Situation.ALL.size() + targets.size());
    this.search = new Search(Math.clamp(MOST_TRIED / searches, 64, MOST_TRIED_AT_ONCE));
  }

  List<LintWarning> warnings() {
    Set<Situation> covered = rules();
    coverage(covered);
    targets.forEach(this::target);
    freezes();
    groups();
    warnings.sort(Comparator.comparing(warning -> warning.place().line()));
    return List.copyOf(warnings);
  }

  /** Answers where some rule matches, or may. */
  private Set<Situation> rules() {
    Set<Situation> covered = new LinkedHashSet<>();
    for (Rule rule : content.rules()) {
      Candidates candidates = candidates(List.of(rule.when()), targets);
      List<Situation> matched = new ArrayList<>();
      boolean undecided = !candidates.decidable();
      for (Situation situation : Situation.ALL) {
        Found found = search.search(candidates.dimensions(situation), matches(rule.when()));
        undecided |= found == Found.UNDECIDED;
        if (found == Found.YES) {
          matched.add(situation);
        }
        if (found != Found.NO || !candidates.decidable()) {
          covered.add(situation);
        }
      }
      if (matched.isEmpty()) {
        warn(
            rule.place(),
            undecided
                ? "not decided whether rule `%s` can match".formatted(rule.name())
                : "rule `%s` can never match".formatted(rule.name()));
      } else {
        shadows(rule, matched);
        chat(rule);
      }
    }
    return covered;
  }

  /** A rule matters only where no refusal matches as well. */
  private void shadows(Rule rule, List<Situation> matched) {
    List<Rule> refusals =
        content.rules().stream().filter(other -> other.then() == Outcome.REFUSE).toList();
    if (rule.then() == Outcome.REFUSE || refusals.isEmpty()) {
      return;
    }
    Candidates candidates =
        candidates(
            Stream.concat(Stream.of(rule), refusals.stream()).map(Rule::when).toList(), targets);
    Predicate<Map<String, Object>> matters =
        matches(rule.when())
            .and(facts -> refusals.stream().noneMatch(r -> matches(r.when()).test(facts)));
    boolean undecided = !candidates.decidable();
    for (Situation situation : matched) {
      Found found = search.search(candidates.dimensions(situation), matters);
      undecided |= found == Found.UNDECIDED;
      if (found == Found.YES) {
        return;
      }
    }
    warn(
        rule.place(),
        (undecided
                ? "not decided whether rule `%s` matters beside the refusals"
                : "rule `%s` never matters: wherever it matches, another rule refuses")
            .formatted(rule.name()));
  }

  /** A sign-in that only the console asks for is no protection where chat approves. */
  private void chat(Rule rule) {
    ChannelRule console = rule.channels().get("console");
    if (console == null || console.signedInWithin() == null) {
      return;
    }
    List<String> open =
        Stream.of("slack", "teams")
            .filter(
                name -> {
                  ChannelRule channel = rule.channels().get(name);
                  return channel == null || !channel.denyOnly();
                })
            .toList();
    if (!open.isEmpty()) {
      warn(
          rule.place(),
          "rule `%s` asks for a fresh sign-in on the console, but %s may approve without"
              .formatted(rule.name(), String.join(" and ", open)));
    }
  }

  private void coverage(Set<Situation> covered) {
    Map<String, List<Situation>> bare =
        Situation.ALL.stream()
            .filter(situation -> !covered.contains(situation))
            .collect(Collectors.groupingBy(Situation::kind));
    Place place = content.rules().getFirst().place();
    bare.forEach(
        (kind, situations) -> {
          if (covered.stream().noneMatch(situation -> situation.kind().equals(kind))) {
            warn(place, "no rule covers kind `%s`: it is refused".formatted(kind));
          } else {
            situations.forEach(
                situation ->
                    warn(
                        place,
                        "no rule covers kind `%s` of class `%s`: it %s"
                            .formatted(
                                kind,
                                situation.statementClass(),
                                situation.isPlainRead() ? "is reviewed by anyone" : "is refused")));
          }
        });
  }

  private void target(Target target) {
    for (Rule rule : content.rules()) {
      Candidates candidates = candidates(List.of(rule.when()), List.of(target));
      for (Situation situation : Situation.ALL) {
        if (!candidates.decidable()
            || search.search(candidates.dimensions(situation), matches(rule.when())) != Found.NO) {
          return;
        }
      }
    }
    warn(
        content.rules().getFirst().place(),
        "no rule covers target `%s` of environment `%s`"
            .formatted(target.name(), target.environment()));
  }

  private void freezes() {
    for (Freeze freeze : content.freezes()) {
      if (freeze.span() instanceof Span.Dates dates && dates.isOver(now, freeze.zone())) {
        warn(freeze.place(), "freeze `%s` is over".formatted(freeze.name()));
      }
      Candidates candidates = candidates(List.of(freeze.when()), targets);
      if (candidates.decidable()
          && Situation.ALL.stream()
              .allMatch(
                  situation ->
                      search.search(candidates.dimensions(situation), matches(freeze.when()))
                          == Found.NO)) {
        warn(freeze.place(), "freeze `%s` can never match".formatted(freeze.name()));
      }
    }
  }

  private void groups() {
    Set<String> used = used();
    content
        .groups()
        .forEach(
            (name, group) -> {
              Place place = content.places().getOrDefault(name, new Place(1, 1));
              if (!used.contains(name)) {
                warn(place, "no rule asks group `%s`".formatted(name));
              } else {
                members(name, group, place);
              }
            });
  }

  private void members(String name, Group group, Place place) {
    switch (group) {
      case Group.Idp idp -> {
        if (heldGroups.isPresent() && !heldGroups.get().contains(idp.name())) {
          warn(place, "group `%s` is empty: nobody who signed in holds it".formatted(name));
        }
      }
      case Group.OwnersOfTarget owners ->
          targets.stream()
              .filter(target -> target.owners().isEmpty())
              .forEach(
                  target ->
                      warn(
                          place,
                          "group `%s` is empty for target `%s`, which has no owners"
                              .formatted(name, target.name())));
    }
  }

  private Set<String> used() {
    Set<String> used = new TreeSet<>();
    for (Rule rule : content.rules()) {
      used.addAll(rule.approvals().groups());
      Budget budget = rule.budget();
      if (budget != null) {
        used.addAll(budget.approvals().groups());
      }
      rule.escalations()
          .forEach(
              escalation -> {
                used.addAll(escalation.tell());
                escalation.alternatives().forEach(seats -> used.addAll(seats.keySet()));
              });
    }
    content.freezes().forEach(freeze -> used.addAll(freeze.unless().groups()));
    return used;
  }

  private static Candidates candidates(List<Condition> conditions, List<Target> targets) {
    return new Candidates(Reads.of(conditions), targets);
  }

  private static Predicate<Map<String, Object>> matches(Condition condition) {
    return facts -> condition.ask(facts) == Answer.YES;
  }

  private void warn(Place place, String message) {
    warnings.add(new LintWarning(place, message));
  }
}
