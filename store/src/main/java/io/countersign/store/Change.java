package io.countersign.store;

import io.countersign.action.Json;
import io.countersign.action.Packet;
import io.countersign.action.Requirement;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns a change of status writes beside the status; null leaves a column as it is. JSON
 * columns are text here, ready to bind.
 */
public record Change(
    @Nullable String analysis,
    @Nullable List<String> tags,
    @Nullable String verdict,
    @Nullable String requirement,
    @Nullable List<String> reviewGroups,
    @Nullable List<String> reviewIdpGroups,
    @Nullable String packet,
    @Nullable String packetDigest,
    @Nullable String outcome,
    @Nullable String error,
    @Nullable Instant expiresAt,
    @Nullable Instant approvedAt,
    @Nullable Instant executeBefore) {

  public static final Change NONE =
      new Change(null, null, null, null, null, null, null, null, null, null, null, null, null);

  public Change withJudgement(
      Analysis analysis,
      List<String> tags,
      Verdict verdict,
      List<String> reviewGroups,
      List<String> reviewIdpGroups) {
    return new Change(
        Json.write(analysis),
        tags,
        Json.write(verdict),
        Json.write(verdict.requirement()),
        reviewGroups,
        reviewIdpGroups,
        packet,
        packetDigest,
        outcome,
        error,
        expiresAt,
        approvedAt,
        executeBefore);
  }

  public Change withPacket(Packet packet, String packetDigest) {
    return new Change(
        analysis,
        tags,
        verdict,
        requirement,
        reviewGroups,
        reviewIdpGroups,
        Json.write(packet),
        packetDigest,
        outcome,
        error,
        expiresAt,
        approvedAt,
        executeBefore);
  }

  public Change withRequirement(
      Requirement requirement, List<String> reviewGroups, List<String> reviewIdpGroups) {
    return new Change(
        analysis,
        tags,
        verdict,
        Json.write(requirement),
        reviewGroups,
        reviewIdpGroups,
        packet,
        packetDigest,
        outcome,
        error,
        expiresAt,
        approvedAt,
        executeBefore);
  }

  public Change withOutcome(Outcome outcome) {
    return with(Json.write(outcome), error, expiresAt, approvedAt, executeBefore);
  }

  public Change withError(ActionError error) {
    return with(outcome, Json.write(error), expiresAt, approvedAt, executeBefore);
  }

  public Change withExpiry(Instant expiresAt) {
    return with(outcome, error, expiresAt, approvedAt, executeBefore);
  }

  public Change withApproval(Instant approvedAt, Instant executeBefore) {
    return with(outcome, error, expiresAt, approvedAt, executeBefore);
  }

  private Change with(
      @Nullable String outcome,
      @Nullable String error,
      @Nullable Instant expiresAt,
      @Nullable Instant approvedAt,
      @Nullable Instant executeBefore) {
    return new Change(
        analysis,
        tags,
        verdict,
        requirement,
        reviewGroups,
        reviewIdpGroups,
        packet,
        packetDigest,
        outcome,
        error,
        expiresAt,
        approvedAt,
        executeBefore);
  }
}
