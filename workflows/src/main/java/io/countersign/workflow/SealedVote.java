package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import java.time.Instant;

/**
 * A vote as it travels to the workflow: ids and digests only, sealed by the api so that nobody with
 * access to Temporal alone can cast one.
 *
 * @param mac see {@link VoteSeal}
 */
public record SealedVote(
    String voteId,
    ActionId actionId,
    Digest digest,
    String personId,
    Decision decision,
    String channel,
    Instant receivedAt,
    String mac) {}
