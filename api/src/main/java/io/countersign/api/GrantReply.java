package io.countersign.api;

import io.countersign.store.action.RoleGrant;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A granted role as callers see it.
 *
 * @param state {@code in_force}, {@code ending} where somebody asked for its end, or {@code ended}
 * @param endedWhy {@code expired}, {@code revoked} or {@code already_gone}
 * @param failedSince since when it could not be taken back although it should be gone
 */
record GrantReply(
    String state,
    Instant givenAt,
    Instant until,
    @Nullable Instant endedAt,
    @Nullable String endedWhy,
    @Nullable Instant failedSince,
    @Nullable String failure) {

  static GrantReply of(RoleGrant grant) {
    boolean isEnding = grant.isInForce() && grant.revokedAt() != null;
    return new GrantReply(
        isEnding ? "ending" : grant.state(),
        grant.givenAt(),
        grant.until(),
        grant.endedAt(),
        grant.endedWhy(),
        grant.endedAt() == null ? grant.failedSince() : null,
        grant.endedAt() == null ? grant.failure() : null);
  }
}
