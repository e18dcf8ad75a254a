package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.time.Instant;

/** A role that was granted for a while, and its end. */
@ActivityInterface(namePrefix = "Grant")
public interface GrantActivities {

  /** Where the grant stands; a local activity. */
  @ActivityMethod
  Grant standing(ActionId id);

  /**
   * Takes the role back exactly once, if its time is over or somebody asked for it. A regular
   * activity, retried freely: it resolves earlier attempts first. Fails where it cannot be done.
   */
  @ActivityMethod
  Grant takeBack(ActionId id);

  /**
   * @param until when it is to be taken back; in the past where somebody asked for it
   */
  record Grant(boolean inForce, Instant until) {}
}
