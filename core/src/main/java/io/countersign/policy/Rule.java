package io.countersign.policy;

import io.countersign.action.Requirement;
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
 * @param because why it refuses, or null
 */
record Rule(
    String name,
    Condition when,
    Outcome then,
    Requirement approvals,
    int deny,
    Timing timing,
    Reason reason,
    Map<String, ChannelRule> channels,
    List<Escalation> escalations,
    RuleLimits limits,
    @Nullable String because) {

  /**
   * The rule when nobody could say whether it matches: people decide, by default seats and ways.
   */
  Rule inDoubt(Requirement anyone) {
    return then == Outcome.REVIEW
        ? this
        : new Rule(
            name,
            when,
            Outcome.REVIEW,
            anyone,
            1,
            timing,
            reason,
            Map.of(),
            List.of(),
            limits,
            null);
  }

  /** How long it may wait for votes, then for its start, and when reviewers are reminded. */
  record Timing(Duration pendingFor, Duration approvedFor, List<Duration> remindAfter) {}

  /** What the requester must say. */
  record Reason(int minLength, @Nullable String ask) {
    static final Reason ANY = new Reason(0, null);
  }

  /** The rule's own bounds on the execution; null where it sets none. */
  record RuleLimits(
      @Nullable Integer maxRows, @Nullable Duration statementTimeout, List<String> mask) {
    static final RuleLimits NONE = new RuleLimits(null, null, List.of());
  }
}
