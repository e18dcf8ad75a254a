package io.countersign.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.Requester;
import io.countersign.action.Seat;
import io.countersign.action.Tally;
import io.countersign.action.Vote;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Outcome;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ArtifactVault.Artifact;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An action as every caller sees it: state, seats per group, codes; no names, no predicates. */
record ActionReply(
    ActionId id,
    String kind,
    String target,
    ActionStatus status,
    boolean terminal,
    boolean approved,
    int revision,
    Digest actionDigest,
    @JsonProperty("class") String statementClass,
    List<String> tags,
    String analysis,
    Requester requester,
    @Nullable PolicyReply policy,
    List<Seat> seats,
    String title,
    Instant createdAt,
    Instant changedAt,
    @Nullable Instant expiresAt,
    int pollAfterMs,
    String reviewUrl,
    @Nullable Outcome outcome,
    @Nullable ArtifactReply artifact,
    @Nullable ActionError error,
    @Nullable GrantReply grant) {

  /** Which policy judged it, and which of its rules matched. */
  record PolicyReply(String version, List<String> rules) {}

  /**
   * The file of an export: how far it is, and whether it can still be downloaded.
   *
   * @param state {@code writing}, {@code ready}, {@code taken} or {@code expired}
   * @param expiresAt null while it is written
   */
  record ArtifactReply(
      String state, String format, long rows, long bytes, @Nullable Instant expiresAt) {
    static ArtifactReply of(Artifact artifact) {
      return new ArtifactReply(
          artifact.state().name().toLowerCase(Locale.ROOT),
          artifact.format(),
          artifact.rows(),
          artifact.bytes(),
          artifact.state() == ArtifactVault.State.WRITING ? null : artifact.expiresAt());
    }
  }

  /**
   * @param votes that count, for the seats filled so far
   * @param artifact of an export that runs or has succeeded
   * @param grant null unless a role was granted
   */
  static ActionReply of(
      ActionRow row,
      List<Vote> votes,
      @Nullable Artifact artifact,
      @Nullable GrantReply grant,
      String publicUrl) {
    Analysis analysis = row.analysis();
    Verdict verdict = row.verdict();
    return new ActionReply(
        row.id(),
        row.kind().wireName(),
        row.target(),
        row.status(),
        row.status().isTerminal(),
        row.status().isApproved(),
        row.revision(),
        row.digest(),
        analysis == null ? "unknown" : analysis.statementClass().wireName(),
        row.tags(),
        analysis == null ? "pending" : analysis.isComplete() ? "complete" : "uninspectable",
        row.requester(),
        verdict == null ? null : new PolicyReply(verdict.policyVersion(), verdict.rules()),
        verdict == null ? List.of() : Tally.of(row.requirement(), verdict.deny(), votes).seats(),
        analysis == null ? row.kind().wireName() + " on " + row.target() : analysis.title(),
        row.createdAt(),
        row.changedAt(),
        row.expiresAt(),
        pollAfter(row.status()),
        publicUrl + "/actions/" + row.id(),
        row.outcome(),
        artifact == null ? null : ArtifactReply.of(artifact),
        row.error(),
        grant);
  }

  private static int pollAfter(ActionStatus status) {
    return switch (status) {
      case PENDING_REVIEW, NEEDS_RECONCILIATION -> 5_000;
      case EVALUATING, APPROVED, EXECUTING -> 250;
      case REFUSED, DENIED, EXPIRED, CANCELLED, REVOKED, LAPSED, SUCCEEDED, FAILED -> 0;
    };
  }
}
