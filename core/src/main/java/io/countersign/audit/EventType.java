package io.countersign.audit;

import java.util.Locale;

/** The closed set of things that leave evidence. */
public enum EventType {
  ACTION_SUBMITTED,
  ACTION_JUDGED,
  ACTION_REFUSED,
  ACTION_PENDING,
  ACTION_SHOWN,
  ACTION_REMINDED,
  ACTION_ESCALATED,
  ACTION_EXPIRED,
  ACTION_CANCELLED,
  ACTION_DENIED,
  ACTION_APPROVED,
  ACTION_LAPSED,
  ACTION_REVOKED,
  ACTION_EXECUTING,
  ACTION_SUCCEEDED,
  ACTION_FAILED,
  ACTION_UNKNOWN,
  ACTION_STOP_ASKED,
  ACTION_RECONCILED,
  ACTION_RESULT_READ,
  ARTIFACT_REQUESTED,
  ARTIFACT_SENT,
  ARTIFACT_BROKEN,
  VOTE_COUNTED,
  VOTE_REFUSED,
  VOTE_WITHDRAWN,
  VOTE_LATE,
  POLICY_LOADED,
  POLICY_REJECTED,
  IDENTITY_LINKED,
  IDENTITY_UNLINKED,
  AUDIT_HEARTBEAT;

  /** For example {@code vote.counted}: the first underscore becomes a dot. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".");
  }
}
