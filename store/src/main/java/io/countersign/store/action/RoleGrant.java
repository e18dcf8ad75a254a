package io.countersign.store.action;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A role that an action granted for a while.
 *
 * @param state {@code pending} until the target has committed it, {@code in_force}, {@code ended}
 * @param grantor the role that granted it, as the target's catalogue says
 * @param revokedAt when somebody asked to end it early
 * @param found what the taking back met, before its COMMIT
 * @param failedSince when taking it back first failed
 * @param failedAt when it failed last
 * @param failure why it failed last, in our own words
 * @param endedWhy {@code expired}, {@code revoked} or {@code already_gone}
 */
public record RoleGrant(
    String actionId,
    String state,
    String grantor,
    long grantorOid,
    long roleOid,
    long granteeOid,
    Instant givenAt,
    Instant until,
    @Nullable Instant revokedAt,
    @Nullable String found,
    int failures,
    @Nullable Instant failedSince,
    @Nullable Instant failedAt,
    @Nullable String failure,
    @Nullable Instant endedAt,
    @Nullable String endedWhy) {

  public boolean isInForce() {
    return state.equals("in_force");
  }

  /** True while nobody knows whether the target committed it. */
  public boolean isPending() {
    return state.equals("pending");
  }

  /** True if it should be gone by then. */
  public boolean isOver(Instant now) {
    return !state.equals("ended") && (revokedAt != null || !now.isBefore(until));
  }
}
