package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Proposal;
import io.countersign.audit.CanonicalJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An action as submitted: what will run, why, and who may never approve it. */
public record NewAction(
    ActionId actionId,
    Proposal proposal,
    String reason,
    @Nullable String ticket,
    List<String> requesterGroups,
    Set<String> partySet,
    @Nullable String idempotencyKey,
    String contentHash,
    Instant at) {

  /** Of the whole request: what will run, and the words that came with it. */
  public static Digest contentHash(Proposal proposal, String reason, @Nullable String ticket) {
    return Digest.sha256(
        CanonicalJson.write(
            Map.of(
                "digest",
                proposal.digest().value(),
                "reason",
                reason,
                "ticket",
                ticket == null ? List.of() : List.of(ticket))));
  }

  public String id() {
    return actionId.value();
  }

  public String kind() {
    return proposal.kind().wireName();
  }

  public String target() {
    return proposal.target();
  }

  public String arguments() {
    return Json.write(proposal.arguments());
  }

  public int maxRows() {
    return proposal.limits().maxRows();
  }

  public int statementTimeoutMillis() {
    return proposal.limits().statementTimeoutMillis();
  }

  public String requesterType() {
    return proposal.requester().type().wireName();
  }

  public String requesterId() {
    return proposal.requester().id();
  }

  public @Nullable String onBehalfOf() {
    return proposal.requester().onBehalfOf();
  }

  public List<String> parties() {
    return List.copyOf(partySet);
  }

  public String digest() {
    return proposal.digest().value();
  }
}
