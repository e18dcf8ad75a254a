package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.temporal.failure.ApplicationFailure;

/** How an activity fails: a code and an action id, never a driver's words, which quote data. */
public final class ActivityFault {
  private ActivityFault() {}

  /** Temporal tries again. */
  public static ApplicationFailure retry(String code, ActionId id) {
    return ApplicationFailure.newFailure(id.value(), code);
  }
}
