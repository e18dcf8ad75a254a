package io.countersign.action;

import java.util.Set;

/** Where an action stands. Terminal states never change. */
public enum ActionStatus {
  EVALUATING,
  REFUSED,
  PENDING_REVIEW,
  APPROVED,
  DENIED,
  EXPIRED,
  CANCELLED,
  EXECUTING,
  REVOKED,
  LAPSED,
  SUCCEEDED,
  FAILED,
  NEEDS_RECONCILIATION;

  private static final Set<ActionStatus> OPEN =
      Set.of(EVALUATING, PENDING_REVIEW, APPROVED, EXECUTING, NEEDS_RECONCILIATION);
  private static final Set<ActionStatus> AFTER_APPROVAL =
      Set.of(APPROVED, EXECUTING, SUCCEEDED, FAILED, NEEDS_RECONCILIATION);

  public boolean isTerminal() {
    return !OPEN.contains(this);
  }

  /** True only after the quorum or an allowing rule; false for every other ending. */
  public boolean isApproved() {
    return AFTER_APPROVAL.contains(this);
  }
}
