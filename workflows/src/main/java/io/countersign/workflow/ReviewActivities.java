package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Vote;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** Ends the review without an approval: DENIED, EXPIRED or CANCELLED. */
  @ActivityMethod
  ActionStatus end(ActionId id, ActionStatus ending, @Nullable String by);

  /** Ends an approval that was not used: LAPSED or REVOKED. */
  @ActivityMethod
  ActionStatus lapse(ActionId id, ActionStatus ending, @Nullable String by);

  /** Records that a reminder is due; number counts from 1. */
  @ActivityMethod
  void remind(ActionId id, int number);

  /** Records an escalation step and widens who may decide. */
  @ActivityMethod
  void escalate(ActionId id, int step);
}
