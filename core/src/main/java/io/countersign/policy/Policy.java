package io.countersign.policy;

import io.countersign.action.Digest;
import io.countersign.policy.Budget.Remaining;
import io.countersign.policy.Condition.Answer;
import io.countersign.policy.Explanation.MatchedRule;
import io.countersign.policy.Freeze.InForce;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A policy that was read and compiled whole; never changes, safe to share between threads. */
public final class Policy {
  private final String version;
  private final PolicyReader.Content content;

  private Policy(String version, PolicyReader.Content content) {
    this.version = version;
    this.content = content;
  }

  /**
   * Reads a policy.
   *
   * @param fileName stands at the start of every error's text
   */
  public static Policy parse(String fileName, byte[] yaml) throws PolicyException {
    PolicyReader reader = new PolicyReader(PolicyText.decode(fileName, yaml));
    return new Policy(Digest.sha256(yaml).toString(), reader.read());
  }

  /** {@code sha256:} and the hexadecimal hash of the file's bytes. */
  public String version() {
    return version;
  }

  /** Names of the groups that rules may ask, in file order. */
  public List<String> groups() {
    return List.copyOf(content.groups().keySet());
  }

  /** The strictest of every rule that matches (R7); doubt is never an allowance. */
  public Verdict judge(Facts facts, Circumstances circumstances) {
    return judgement(facts, Expressions.variables(facts), circumstances).verdict();
  }

  /** The same verdict, with every rule, freeze and fact behind it. */
  public Explanation explain(Facts facts, Circumstances circumstances) {
    Map<String, Object> variables = Expressions.variables(facts);
    Judgement judgement = judgement(facts, variables, circumstances);
    return new Explanation(
        judgement.verdict(),
        judgement.answers().stream().map(Answered::shown).toList(),
        judgement.frozen().stream().map(InForce::shown).toList(),
        Expressions.named(variables));
  }

  /**
   * The policy's groups a person holds.
   *
   * @param targetOwners as in config.yml: {@code group:<idp group>} or {@code person:<id>}
   */
  public Set<String> groupsOf(String personId, Set<String> idpGroups, List<String> targetOwners) {
    Set<String> held = new TreeSet<>();
    content
        .groups()
        .forEach(
            (name, group) -> {
              if (group.holds(personId, idpGroups, targetOwners)) {
                held.add(name);
              }
            });
    return held;
  }

  /** The identity provider's groups behind the named groups, for a target of those owners. */
  public Set<String> idpGroups(Collection<String> names, List<String> targetOwners) {
    Set<String> behind = new TreeSet<>();
    content
        .groups()
        .forEach(
            (name, group) -> {
              if (names.contains(name)) {
                behind.addAll(group.idpGroups(targetOwners));
              }
            });
    return behind;
  }

  /** What its author should look at. */
  List<LintWarning> lint(Instant now, Installation installation) {
    return new Lint(content, now, installation).warnings();
  }

  private Judgement judgement(
      Facts facts, Map<String, Object> variables, Circumstances circumstances) {
    List<Answered> answers = new ArrayList<>();
    for (Rule rule : content.rules()) {
      Answer answer = rule.when().ask(variables);
      if (answer != Answer.NO) {
        answers.add(
            new Answered(
                rule,
                answer == Answer.FAILED,
                remaining(rule.budget(), facts, circumstances.spending())));
      }
    }
    List<InForce> frozen =
        content.freezes().stream()
            .flatMap(freeze -> freeze.at(circumstances.now(), variables).stream())
            .toList();
    return new Judgement(version, content, facts, answers, frozen);
  }

  private static Remaining remaining(@Nullable Budget budget, Facts facts, Spending spending) {
    return budget == null
        ? Remaining.UNBOUNDED
        : budget.after(spending.within(budget.window(), facts.tables()));
  }

  /** A rule that matched, or whose condition failed, and what its budget has left. */
  record Answered(Rule rule, boolean failed, Remaining remaining) {
    MatchedRule shown() {
      return new MatchedRule(
          rule.name(), rule.place().line(), rule.then(), failed, remaining.usedUp());
    }
  }
}
