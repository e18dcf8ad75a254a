package io.countersign.action;

/** The stable code of every refusal and error a user can meet, with its HTTP status. */
public enum Code {
  VALIDATION(422),
  UNAUTHENTICATED(401),
  FORBIDDEN(403),
  PARTY_CANNOT_APPROVE(403),
  NOT_A_REVIEWER(403),
  AGENT_CANNOT_DECIDE(403),
  STEP_UP_REQUIRED(403),
  NOT_LINKED(403),
  NOT_FOUND(404),
  STALE_DIGEST(409),
  NOT_PENDING(409),
  IDEMPOTENCY_MISMATCH(409),
  GONE(410),
  TOO_LARGE(413),
  RATE_LIMITED(429),
  COOLDOWN(429),
  UNAVAILABLE(503),
  POLICY_REFUSED(200),
  DENIED_BY_REVIEWER(200),
  UNINSPECTABLE(200),
  SQL_ERROR(200),
  ROW_LIMIT(200),
  OUTCOME_UNKNOWN(200),
  PERMIT_INVALID(200),
  CATALOGUE_CHANGED(200),
  UNKNOWN_ROLE(200),
  ALREADY_GRANTED(200),
  OPERATION_FAILED(200),
  POLICY_TIGHTENED(200),
  CANCELLED(200),
  NOT_EXECUTED(200),
  EXPIRED(200);

  private final int httpStatus;

  Code(int httpStatus) {
    this.httpStatus = httpStatus;
  }

  /** The HTTP status; 200 for codes that stand in {@code error.code} of an action. */
  public int httpStatus() {
    return httpStatus;
  }
}
