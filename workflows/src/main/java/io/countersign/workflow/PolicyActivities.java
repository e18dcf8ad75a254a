package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Judging an action by the policy. Local activities: our own database, milliseconds, idempotent.
 */
@ActivityInterface(namePrefix = "Policy")
public interface PolicyActivities {

  /**
   * Judges a new action and stores the verdict with its evidence; for an action already judged
   * answers where it stands.
   */
  @ActivityMethod
  Standing judge(ActionId id);

  /**
   * Judges again when the quorum is reached (R9): the stricter of the pinned and the current policy
   * applies and voters must still hold their seats. Approves, refuses, or answers that the review
   * goes on.
   */
  @ActivityMethod
  Standing approve(ActionId id);
}
