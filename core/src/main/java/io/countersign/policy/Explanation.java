package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Verdict.Outcome;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A verdict with all that led to it.
 *
 * @param rules that matched or could not be evaluated, in file order
 * @param freezes in force, in file order
 * @param facts every fact a rule may read, sorted by name
 */
public record Explanation(
    Verdict verdict, List<MatchedRule> rules, List<ActiveFreeze> freezes, List<NamedFact> facts) {

  public Explanation {
    rules = List.copyOf(rules);
    freezes = List.copyOf(freezes);
    facts = List.copyOf(facts);
  }

  /**
   * A rule that took part.
   *
   * @param line of the policy file, counted from 1
   * @param then what the rule says, which the verdict need not be
   * @param failed its condition could not be evaluated
   * @param usedUp its budget is
   */
  public record MatchedRule(String name, int line, Outcome then, boolean failed, boolean usedUp) {}

  /**
   * A freeze that holds the action.
   *
   * @param unless the seats that let it pass; {@link Requirement#NONE} if nobody can
   * @param failed its condition could not be evaluated, and so counts as true
   */
  public record ActiveFreeze(
      String name, int line, Instant until, Requirement unless, boolean failed) {}

  /**
   * A fact by its name in expressions.
   *
   * @param value a text, a whole number, a truth value, a duration or a list of texts; null if
   *     absent
   */
  public record NamedFact(String name, @Nullable Object value) {}
}
