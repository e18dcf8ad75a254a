package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Acting on a target. A regular activity, retried freely: it resolves earlier attempts first. */
@ActivityInterface(namePrefix = "Execution")
public interface ExecutionActivities {

  /**
   * Runs the approved bytes exactly once and records the end in the same transaction as its
   * evidence.
   *
   * @param permitted the digest that was approved; what is about to run must hash to it
   * @return where the action stands (PENDING_REVIEW where the last look before the start sent it
   *     back to the reviewers, and nothing ran), and whether an earlier execution had done it
   *     already
   */
  @ActivityMethod
  Executed execute(ActionId id, Digest permitted);

  /** The end of an execution, or that there was none yet. */
  record Executed(ActionStatus status, boolean alreadyDone) {}
}
