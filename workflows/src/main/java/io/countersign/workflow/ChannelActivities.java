package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Telling people, outside: Slack and Teams. Regular activities, retried, never in a vote's way. */
@ActivityInterface(namePrefix = "Channel")
public interface ChannelActivities {

  /**
   * Makes every channel show the action as it stands now: posts the card where there is none,
   * updates it in place where there is. Idempotent.
   */
  @ActivityMethod
  void refresh(ActionId id);

  /** Reminds in the card's thread. */
  @ActivityMethod
  void remind(ActionId id, int number);

  /** Tells the people an escalation step names. */
  @ActivityMethod
  void escalate(ActionId id, int step);

  /**
   * Opens Slack's dialog that asks for the reason of a denial.
   *
   * @param triggerId Slack's handle for the dialog, valid for three seconds
   */
  @ActivityMethod
  void askReason(ActionId id, String triggerId);
}
