package io.countersign.workflow;

import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** One privileged action, from proposal to proof. Its workflow id is the action id. */
@WorkflowInterface
public interface ActionWorkflow {

  /** The workflow type's name in Temporal. */
  String TYPE = "Action";

  @WorkflowMethod(name = TYPE)
  ExecutionActivities.Executed run(ActionRef action);

  /** Casts a vote; the update id is the vote id, so a repeat is harmless. */
  @UpdateMethod
  VoteReceipt vote(SealedVote vote);

  /** Refuses only malformed input: a rejection here leaves no history. */
  @UpdateValidatorMethod(updateName = "vote")
  void validateVote(SealedVote vote);

  /**
   * The action's row asks to be looked at again: it was cancelled or revoked through the api. The
   * row decides, not the signal.
   */
  @SignalMethod
  void look();

  /** A reviewer in Slack wants to deny: ask for the reason there. */
  @SignalMethod
  void askReason(String triggerId);
}
