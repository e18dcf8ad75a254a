package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision as it came in through a door, stored before the workflow hears of it.
 *
 * @param reason the reviewer's words; they stay here and never reach Temporal
 * @param signedInAt when the voter last signed in, where the door knows
 * @param mac the api's seal over the vote
 * @param code why it was refused
 * @param groups policy groups held when it was counted
 */
public record Ballot(
    String voteId,
    ActionId actionId,
    String personId,
    Decision decision,
    Digest digest,
    String channel,
    String reason,
    @Nullable Instant signedInAt,
    Instant receivedAt,
    String mac,
    State state,
    @Nullable String code,
    List<String> groups) {

  /** What became of a ballot. */
  public enum State {
    RECEIVED,
    COUNTED,
    REFUSED,
    LATE,
    REPLACED,
    WITHDRAWN
  }

  public Ballot {
    groups = List.copyOf(groups);
  }
}
