package io.countersign.policy;

import io.countersign.action.ActionKind;
import io.countersign.action.Requirement;
import io.countersign.policy.Freeze.InForce;
import io.countersign.policy.Policy.Answered;
import io.countersign.policy.PolicyReader.Content;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.sql.StatementClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From the rules that matched to one verdict (R7): refuse over review over allow, the seats of
 * every reviewing rule together, and those of every freeze in force. A rule whose condition failed
 * makes a plain read reviewed and refuses everything else; so does the lack of a matching rule, and
 * a budget that is used up.
 */
final class Judgement {
  /** More alternatives than this, and nobody could say what was asked. */
  static final int MAX_ALTERNATIVES = 64;

  private final String policyVersion;
  private final Content content;
  private final Facts facts;
  private final List<Answered> answers;
  private final List<InForce> frozen;
  private final List<Rule> rules;

  Judgement(
      String policyVersion,
      Content content,
      Facts facts,
      List<Answered> answers,
      List<InForce> frozen) {
    this.policyVersion = policyVersion;
    this.content = content;
    this.facts = facts;
    this.answers = answers;
    this.frozen = frozen;
    this.rules =
        Stream.concat(
                answers.stream().map(this::asItApplies),
                frozen.stream().map(freeze -> Rule.frozen(freeze, content.defaults())))
            .toList();
  }

  List<Answered> answers() {
    return answers;
  }

  List<InForce> frozen() {
    return frozen;
  }

  Verdict verdict() {
    List<String> refusals = refusals();
    if (!refusals.isEmpty()) {
      return refuse(refusals);
    }
    return !rules.isEmpty() && rules.stream().allMatch(rule -> rule.then() == Outcome.ALLOW)
        ? answer(Outcome.ALLOW, null, Requirement.NONE, List.of())
        : review();
  }

  /** What is doubtful or used up is reviewed where it is a plain read, and refused elsewhere. */
  private Rule asItApplies(Answered answer) {
    Rule rule = answer.rule();
    Budget budget = rule.budget();
    if (answer.failed()) {
      return isPlainRead()
          ? rule.inDoubt(anyone())
          : rule.refusing("rule `%s` could not be evaluated".formatted(rule.name()));
    }
    if (budget == null || !answer.remaining().usedUp()) {
      return rule.within(answer.remaining());
    }
    if (!budget.approvals().equals(Requirement.NONE)) {
      return rule.reviewedBy(budget.approvals());
    }
    return isPlainRead()
        ? rule.reviewedBy(anyone())
        : rule.refusing(
            "the budget of rule `%s` for its window of %s is used up"
                .formatted(rule.name(), Durations.show(budget.window())));
  }

  private List<String> refusals() {
    List<String> refusals = new ArrayList<>();
    for (Rule rule : rules) {
      if (rule.then() == Outcome.REFUSE) {
        String because = rule.because();
        refusals.add(because == null ? "refused by rule `%s`".formatted(rule.name()) : because);
      }
    }
    if (!answers.isEmpty()) {
      refusals.addAll(GrantLimits.refusals(facts, rules));
    }
    if (answers.isEmpty() && !isPlainRead()) {
      refusals.add("no rule covers this action");
    }
    // Whoever allows it has not decided who looks at it: no budget and no freeze does either.
    if (!answers.isEmpty()
        && !isComplete()
        && answers.stream().allMatch(answer -> answer.rule().then() == Outcome.ALLOW)) {
      refusals.add("a statement that cannot be inspected is not allowed without review");
    }
    if (isOperation()
        && answers.stream().allMatch(answer -> answer.rule().then() == Outcome.ALLOW)
        && answers.stream().noneMatch(answer -> namesOperations(answer.rule()))) {
      refusals.add("no rule that allows this names the operation or its kind");
    }
    return refusals;
  }

  private Verdict review() {
    List<Requirement> demands = demandsWithout(null);
    if (demands.contains(Requirement.NONE)) {
      return refuse(
          List.of(
              answers.isEmpty()
                  ? "no rule covers this action and no group could review it"
                  : "no group could review it"));
    }
    Optional<Requirement> requirement = all(demands);
    Optional<List<Escalation>> escalations = escalations();
    if (requirement.isEmpty() || escalations.isEmpty()) {
      return refuse(List.of("the rules ask for too many combinations of reviewers"));
    }
    return answer(Outcome.REVIEW, null, requirement.get(), escalations.get());
  }

  /** What each reviewing rule asks for, but one; a reader's vote where there is no rule at all. */
  private List<Requirement> demandsWithout(@Nullable Rule left) {
    return Stream.concat(
            answers.isEmpty() ? Stream.of(anyone()) : Stream.empty(),
            rules.stream()
                .filter(rule -> rule != left && rule.then() == Outcome.REVIEW)
                .map(Rule::approvals))
        .toList();
  }

  /** One vote of any group of the identity provider: the review of a read nobody decided on. */
  private Requirement anyone() {
    List<SortedMap<String, Integer>> alternatives = new ArrayList<>();
    content
        .groups()
        .forEach(
            (name, group) -> {
              if (group instanceof Group.Idp) {
                alternatives.add(new TreeMap<>(Map.of(name, 1)));
              }
            });
    return new Requirement(alternatives);
  }

  /**
   * All demands together. Their product is bounded before it is built, so that the answer depends
   * neither on the order of the rules nor on how much of it is equal.
   */
  private static Optional<Requirement> all(List<Requirement> demands) {
    List<Requirement> distinct = demands.stream().distinct().toList();
    long size = 1;
    for (Requirement demand : distinct) {
      size = Math.min(Integer.MAX_VALUE, size * demand.alternatives().size());
    }
    return size > MAX_ALTERNATIVES ? Optional.empty() : distinct.stream().reduce(Requirement::and);
  }

  /** Empty if there are too many combinations. */
  private Optional<List<Escalation>> escalations() {
    List<Escalation> escalations = new ArrayList<>();
    for (Rule rule : rules) {
      for (Escalation escalation : rule.escalations()) {
        Optional<Escalation> widened = widened(escalation, rule);
        if (widened.isEmpty()) {
          return Optional.empty();
        }
        escalations.add(widened.get());
      }
    }
    escalations.sort(Comparator.comparing(Escalation::after));
    return Optional.of(escalations);
  }

  /**
   * The escalation as it applies here: what one rule adds must not let an action past the seats of
   * another, so its alternatives are joined with the other rules' demands.
   */
  private Optional<Escalation> widened(Escalation escalation, Rule rule) {
    if (escalation.alternatives().isEmpty()) {
      return Optional.of(escalation);
    }
    List<Requirement> together = new ArrayList<>();
    together.add(new Requirement(escalation.alternatives()));
    together.addAll(demandsWithout(rule));
    return all(together)
        .map(
            joined -> new Escalation(escalation.after(), escalation.tell(), joined.alternatives()));
  }

  private boolean isPlainRead() {
    return facts.kind().equals("execute_sql")
        && facts.statementClass().equals(StatementClass.READ.wireName())
        && !facts.uninspectable();
  }

  private boolean isOperation() {
    return facts.kind().equals(ActionKind.CHANGE_INFRASTRUCTURE.wireName());
  }

  /** What happens outside of databases is nothing that a rule about something else can allow. */
  private static boolean namesOperations(Rule rule) {
    Reads reads = Reads.of(List.of(rule.when()));
    return reads.facts().contains("operation.name")
        || (reads.facts().contains("action.kind")
            && reads.texts().contains(ActionKind.CHANGE_INFRASTRUCTURE.wireName()));
  }

  private boolean isComplete() {
    return !facts.uninspectable()
        && !facts.statementClass().equals(StatementClass.UNKNOWN.wireName());
  }

  private Verdict refuse(List<String> because) {
    String text = String.join("; ", because.stream().distinct().toList());
    return answer(Outcome.REFUSE, text, Requirement.NONE, List.of());
  }

  private Verdict answer(
      Outcome outcome,
      @Nullable String because,
      Requirement requirement,
      List<Escalation> escalations) {
    return new Strictest(rules, content.defaults())
        .verdict(outcome, because, requirement, escalations, policyVersion);
  }
}
