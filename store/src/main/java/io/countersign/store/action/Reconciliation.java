package io.countersign.store.action;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An execution of which no machine can know whether it took effect, for a person to find out.
 *
 * @param fence of the attempt in doubt
 * @param ifExecuted what is true if it took effect
 * @param ifNotExecuted what is true if it did not
 * @param probe SQL that a person can run on the target
 * @param decision {@code executed} or {@code not_executed}; null until an operator decided
 * @param reason the operator's words
 */
public record Reconciliation(
    String actionId,
    long fence,
    String why,
    String ifExecuted,
    String ifNotExecuted,
    String probe,
    Instant openedAt,
    @Nullable String decision,
    @Nullable String decidedBy,
    @Nullable String reason,
    @Nullable Instant decidedAt) {

  /** One that nobody has decided yet. */
  public static Reconciliation open(
      String actionId,
      long fence,
      String why,
      String ifExecuted,
      String ifNotExecuted,
      String probe,
      Instant openedAt) {
    return new Reconciliation(
        actionId, fence, why, ifExecuted, ifNotExecuted, probe, openedAt, null, null, null, null);
  }
}
