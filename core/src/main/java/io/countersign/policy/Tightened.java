package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an action was promised and what the policy says now, as one verdict: the stricter of both in
 * every respect (R9). Where nothing became stricter it is the old verdict, unchanged.
 */
public final class Tightened {
  private static final String TOO_MANY =
      "the policies together ask for too many combinations of reviewers";

  private final Verdict before;
  private final Verdict now;

  private Tightened(Verdict before, Verdict now) {
    this.before = before;
    this.now = now;
  }

  /**
   * Limits that the action keeps anyway make nothing stricter: what remains of a budget changes all
   * the time.
   *
   * @param maxRows that the action may take at most in any case
   * @param maxBytes the same of its result
   */
  public static Verdict of(Verdict before, Verdict now, int maxRows, long maxBytes) {
    Tightened both = new Tightened(before, now);
    Requirement requirement = both.requirement();
    Outcome outcome =
        requirement.alternatives().size() > Judgement.MAX_ALTERNATIVES
            ? Outcome.REFUSE
            : both.stricter();
    Integer rows = tighter(before.maxRows(), now.maxRows(), maxRows);
    Long bytes = tighter(before.maxBytes(), now.maxBytes(), maxBytes);
    Verdict strict = both.verdict(outcome, requirement, rows, bytes);
    return both.saysTheSame(strict) ? before : strict;
  }

  private Verdict verdict(
      Outcome outcome, Requirement requirement, @Nullable Integer rows, @Nullable Long bytes) {
    // How long people have, and who is told when, was promised to those who are asked already.
    Verdict asking = before.outcome() == Outcome.REVIEW ? before : now;
    return new Verdict(
        outcome,
        Stream.concat(before.rules().stream(), now.rules().stream()).distinct().toList(),
        because(outcome),
        requirement,
        bothReview() ? Math.min(before.deny(), now.deny()) : asking.deny(),
        asking.pendingFor(),
        before.approvedFor().compareTo(now.approvedFor()) < 0
            ? before.approvedFor()
            : now.approvedFor(),
        asking.remindAfter(),
        escalations(asking),
        rows,
        bytes,
        least(before.statementTimeout(), now.statementTimeout()),
        List.copyOf(
            new TreeSet<>(Stream.concat(before.mask().stream(), now.mask().stream()).toList())),
        bothReview() ? channels() : asking.channels(),
        Math.max(before.minReasonLength(), now.minReasonLength()),
        now.ask() == null ? before.ask() : now.ask(),
        now.policyVersion());
  }

  private @Nullable String because(Outcome outcome) {
    if (outcome != Outcome.REFUSE) {
      return null;
    }
    return now.outcome() == Outcome.REFUSE ? now.because() : TOO_MANY;
  }

  private boolean bothReview() {
    return before.outcome() == Outcome.REVIEW && now.outcome() == Outcome.REVIEW;
  }

  private Outcome stricter() {
    return before.outcome().compareTo(now.outcome()) < 0 ? now.outcome() : before.outcome();
  }

  private Requirement requirement() {
    if (bothReview()) {
      return before.requirement().implies(now.requirement())
          ? before.requirement()
          : before.requirement().and(now.requirement());
    }
    return now.outcome() == Outcome.REVIEW ? now.requirement() : before.requirement();
  }

  /** What an escalation adds must not let an action past the seats that are asked for now. */
  private List<Escalation> escalations(Verdict asking) {
    if (!bothReview() || before.requirement().implies(now.requirement())) {
      return asking.escalations();
    }
    return asking.escalations().stream()
        .map(
            escalation ->
                new Escalation(
                    escalation.after(),
                    escalation.tell(),
                    new Requirement(escalation.alternatives())
                        .and(now.requirement())
                        .alternatives()))
        .toList();
  }

  private Map<String, ChannelRule> channels() {
    Map<String, ChannelRule> channels = new TreeMap<>();
    ChannelRule unmentioned = new ChannelRule(false, false, null);
    Stream.concat(before.channels().keySet().stream(), now.channels().keySet().stream())
        .distinct()
        .forEach(
            channel -> {
              ChannelRule one = before.channels().getOrDefault(channel, unmentioned);
              ChannelRule other = now.channels().getOrDefault(channel, unmentioned);
              ChannelRule both =
                  new ChannelRule(
                      one.denyOnly() || other.denyOnly(),
                      one.hiddenValues() && other.hiddenValues(),
                      least(one.signedInWithin(), other.signedInWithin()));
              if (before.channels().containsKey(channel) || !both.equals(unmentioned)) {
                channels.put(channel, both);
              }
            });
    return channels;
  }

  private boolean saysTheSame(Verdict strict) {
    return strict.outcome() == before.outcome()
        && strict.requirement().equals(before.requirement())
        && strict.deny() == before.deny()
        && strict.approvedFor().equals(before.approvedFor())
        && Objects.equals(strict.maxRows(), before.maxRows())
        && Objects.equals(strict.maxBytes(), before.maxBytes())
        && Objects.equals(strict.statementTimeout(), before.statementTimeout())
        && strict.mask().equals(before.mask())
        && strict.channels().equals(before.channels());
  }

  private static <T extends Comparable<T>> @Nullable T tighter(
      @Nullable T before, @Nullable T now, T anyway) {
    return now != null && now.compareTo(anyway) < 0 ? least(before, now) : before;
  }

  private static <T extends Comparable<T>> @Nullable T least(@Nullable T one, @Nullable T other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) <= 0 ? one : other;
  }
}
