package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Budget.Remaining;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rule of the policy, with the file's defaults filled in.
 *
 * @param approvals the seats; {@link Requirement#NONE} unless {@code then} is REVIEW
 * @param budget of an allowing rule, or null
 * @param because why it refuses, or null
 */
record Rule(
    String name,
    Place place,
    Condition when,
    Outcome then,
    Requirement approvals,
    int deny,
    Timing timing,
    Reason reason,
    Map<String, ChannelRule> channels,
    List<Escalation> escalations,
    RuleLimits limits,
    @Nullable Budget budget,
    @Nullable String because) {

  /** What a freeze in force asks, as a rule: its seats, or a refusal that says until when. */
  static Rule frozen(Freeze.InForce inForce, Timing defaults) {
    Freeze freeze = inForce.freeze();
    boolean passable = !freeze.unless().equals(Requirement.NONE);
    return new Rule(
        "freeze:" + freeze.name(),
        freeze.place(),
        freeze.when(),
        passable ? Outcome.REVIEW : Outcome.REFUSE,
        freeze.unless(),
        1,
        defaults,
        Reason.ANY,
        Map.of(),
        List.of(),
        RuleLimits.NONE,
        null,
        passable ? null : "frozen by %s until %s".formatted(freeze.name(), inForce.until()));
  }

  /**
   * The rule when nobody could say whether it matches: people decide, by default seats and ways.
   */
  Rule inDoubt(Requirement anyone) {
    return then == Outcome.REVIEW ? this : reviewedBy(anyone);
  }

  /** The rule where it cannot allow or refuse by itself. */
  Rule reviewedBy(Requirement reviewers) {
    return as(Outcome.REVIEW, reviewers, limits, null);
  }

  Rule refusing(String why) {
    return as(Outcome.REFUSE, Requirement.NONE, limits, why);
  }

  /** The rule as it allows no more than its budget has left. */
  Rule within(Remaining remaining) {
    RuleLimits tighter =
        new RuleLimits(
            least(limits.maxRows(), remaining.rows()),
            least(limits.maxBytes(), remaining.bytes()),
            limits.statementTimeout(),
            limits.mask(),
            limits.maxDuration(),
            limits.roleAttributes());
    return as(then, approvals, tighter, because);
  }

  private Rule as(Outcome outcome, Requirement seats, RuleLimits bounds, @Nullable String why) {
    return new Rule(
        name,
        place,
        when,
        outcome,
        seats,
        deny,
        timing,
        reason,
        channels,
        escalations,
        bounds,
        budget,
        why);
  }

  /** The smaller of two bounds, of which null is none. */
  static <T extends Comparable<T>> @Nullable T least(@Nullable T one, @Nullable T other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) <= 0 ? one : other;
  }

  /** How long it may wait for votes, then for its start, and when reviewers are reminded. */
  record Timing(Duration pendingFor, Duration approvedFor, List<Duration> remindAfter) {}

  /** What the requester must say. */
  record Reason(int minLength, @Nullable String ask) {
    static final Reason ANY = new Reason(0, null);
  }

  /**
   * The rule's own bounds on the execution; null where it sets none.
   *
   * @param maxDuration for which a role is granted
   * @param roleAttributes that a granted role may have although they give the server away
   */
  record RuleLimits(
      @Nullable Integer maxRows,
      @Nullable Long maxBytes,
      @Nullable Duration statementTimeout,
      List<String> mask,
      @Nullable Duration maxDuration,
      List<String> roleAttributes) {
    static final RuleLimits NONE = new RuleLimits(null, null, null, List.of(), null, List.of());
  }
}
