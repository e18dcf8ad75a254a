package io.countersign.activity;

import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Requirement;
import io.countersign.action.Tally;
import io.countersign.audit.EventType;
import io.countersign.policy.Facts;
import io.countersign.policy.PolicyFile;
import io.countersign.policy.Spending;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.store.ActionError;
import io.countersign.store.ActionRow;
import io.countersign.store.ActionStore;
import io.countersign.store.Ballot;
import io.countersign.store.BallotDao;
import io.countersign.store.Change;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** The second look, when the quorum is reached and when an approved action is taken up again. */
final class Recheck {
  private final ActionStore actions;
  private final PolicyFile policy;
  private final Judge judge;
  private final Electorate electorate;
  private final Clock clock;

  Recheck(ActionStore actions, PolicyFile policy, Judge judge, Electorate electorate, Clock clock) {
    this.actions = actions;
    this.policy = policy;
    this.judge = judge;
    this.electorate = electorate;
    this.clock = clock;
  }

  /** R9: voters must still hold their seats, and a policy that became stricter applies. */
  void run(Handle handle, ActionRow row) {
    Verdict pinned = row.verdict();
    if (pinned == null || row.expiresAt() == null) {
      return;
    }
    List<Ballot> standing = dropLostSeats(handle, row);
    Verdict now = judgedAgain(row, pinned);
    Requirement requirement =
        now.outcome() == Outcome.REVIEW
            ? row.requirement().and(now.requirement())
            : row.requirement();
    Tally tally = Tally.of(requirement, pinned.deny(), Standings.votes(standing));
    boolean tightened = !requirement.equals(row.requirement());
    if (now.outcome() == Outcome.REFUSE) {
      endByPolicy(handle, row, now);
    } else if (tally.outcome() != Tally.Outcome.APPROVED) {
      if (row.status() == ActionStatus.APPROVED || tightened) {
        backToReview(handle, row, requirement, now, tightened);
      }
    } else if (row.status() == ActionStatus.PENDING_REVIEW) {
      approveNow(handle, row, pinned);
    }
  }

  private List<Ballot> dropLostSeats(Handle handle, ActionRow row) {
    BallotDao ballots = handle.attach(BallotDao.class);
    List<Ballot> kept = new ArrayList<>();
    for (Ballot ballot : ballots.counted(row.id().value())) {
      if (electorate.stands(handle, row, ballot)) {
        kept.add(ballot);
      } else {
        ballots.drop(ballot.voteId(), Code.NOT_A_REVIEWER.name());
        actions.record(
            handle,
            row.id(),
            PolicyEvent.of(
                clock,
                row,
                EventType.VOTE_WITHDRAWN,
                Code.NOT_A_REVIEWER,
                row.verdict(),
                Map.of("vote", ballot.voteId(), "person", ballot.personId())));
      }
    }
    return kept;
  }

  /**
   * The current policy's verdict on the facts as they were; the pinned one where it is the same.
   */
  private Verdict judgedAgain(ActionRow row, Verdict pinned) {
    Facts facts = row.facts();
    if (policy.current().version().equals(pinned.policyVersion()) || facts == null) {
      return pinned;
    }
    return judge.judge(facts, Spending.NONE);
  }

  private void approveNow(Handle handle, ActionRow row, Verdict verdict) {
    Instant now = clock.instant();
    actions.transition(
        handle,
        row.id(),
        Set.of(ActionStatus.PENDING_REVIEW),
        ActionStatus.APPROVED,
        Change.NONE.withApproval(now, now.plus(verdict.approvedFor())),
        PolicyEvent.of(
            clock, row, EventType.ACTION_APPROVED, null, verdict, Closing.details(handle, row)));
  }

  private void backToReview(
      Handle handle, ActionRow row, Requirement requirement, Verdict now, boolean tightened) {
    List<String> groups = List.copyOf(requirement.groups());
    actions.transition(
        handle,
        row.id(),
        Set.of(ActionStatus.PENDING_REVIEW, ActionStatus.APPROVED),
        ActionStatus.PENDING_REVIEW,
        Change.NONE.withRequirement(
            requirement,
            groups,
            electorate.idpGroups(policy.current(), requirement.groups(), row.target())),
        PolicyEvent.of(
            clock,
            row,
            EventType.ACTION_PENDING,
            tightened ? Code.POLICY_TIGHTENED : Code.NOT_A_REVIEWER,
            now,
            Map.of()));
  }

  private void endByPolicy(Handle handle, ActionRow row, Verdict now) {
    ActionError error =
        new ActionError(
            Code.POLICY_REFUSED,
            "the policy changed while this waited, and refuses it now",
            ActionError.Retry.NEVER);
    actions.transition(
        handle,
        row.id(),
        Set.of(ActionStatus.PENDING_REVIEW, ActionStatus.APPROVED),
        row.status() == ActionStatus.APPROVED ? ActionStatus.REVOKED : ActionStatus.DENIED,
        Change.NONE.withError(error),
        PolicyEvent.of(
            clock,
            row,
            row.status() == ActionStatus.APPROVED
                ? EventType.ACTION_REVOKED
                : EventType.ACTION_DENIED,
            Code.POLICY_TIGHTENED,
            now,
            Closing.details(handle, row)));
  }
}
