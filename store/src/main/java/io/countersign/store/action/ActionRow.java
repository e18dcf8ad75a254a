package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.ActionKind;
import io.countersign.action.ActionStatus;
import io.countersign.action.Arguments;
import io.countersign.action.Digest;
import io.countersign.action.Limits;
import io.countersign.action.Packet;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.action.Requirement;
import io.countersign.policy.Facts;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One action as stored.
 *
 * @param parties person ids that may never approve it (R1)
 * @param contentHash of the whole request, to tell a repeat from another content
 * @param fence counts execution attempts; an older attempt can no longer record
 * @param escalationStep how many escalations of the verdict were recorded
 */
public record ActionRow(
    ActionId id,
    String target,
    Arguments arguments,
    Limits limits,
    String reason,
    @Nullable String ticket,
    Requester requester,
    List<String> requesterGroups,
    Set<String> parties,
    @Nullable String idempotencyKey,
    String contentHash,
    int revision,
    Digest digest,
    ActionStatus status,
    @Nullable Analysis analysis,
    @Nullable Resolution resolution,
    List<String> tags,
    @Nullable Facts facts,
    @Nullable Verdict verdict,
    Requirement requirement,
    List<String> reviewGroups,
    List<String> reviewIdpGroups,
    @Nullable Packet packet,
    @Nullable Digest packetDigest,
    @Nullable Outcome outcome,
    @Nullable ActionError error,
    long fence,
    int escalationStep,
    Instant createdAt,
    Instant changedAt,
    @Nullable Instant expiresAt,
    @Nullable Instant approvedAt,
    @Nullable Instant executeBefore) {

  public ActionKind kind() {
    return arguments.kind();
  }

  /** What will run, rebuilt from the stored bytes; its digest must equal {@link #digest}. */
  public Proposal proposal() {
    return new Proposal(target, arguments, requester, revision, limits);
  }
}
