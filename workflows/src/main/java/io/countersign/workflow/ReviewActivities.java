package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Vote;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;

/** Keeping the review in our own tables. Local activities: milliseconds, idempotent. */
@ActivityInterface(namePrefix = "Review")
public interface ReviewActivities {

  /** A settled ballot: what became of it, and the votes that count now. */
  record Settled(VoteReceipt receipt, List<Vote> votes) {}

  /**
   * Decides whether a vote counts (seal, parties, seats, digest, state) and stores the decision as
   * evidence before it has any effect. A repeat of a vote id answers what became of it.
   */
  @ActivityMethod
  Settled settle(SealedVote vote);

  /**
   * Ends the review without an approval.
   *
   * @param ending DENIED or EXPIRED
   * @return where the action stands; another status where it had ended otherwise before
   */
  @ActivityMethod
  ActionStatus end(ActionId id, ActionStatus ending);

  /** Records that a reminder is due; number counts from 1. */
  @ActivityMethod
  void remind(ActionId id, int number);

  /** Records an escalation step (from 1) and adds its alternatives; never lowers a count. */
  @ActivityMethod
  Standing escalate(ActionId id, int step);
}
