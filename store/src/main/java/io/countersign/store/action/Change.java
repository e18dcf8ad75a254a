package io.countersign.store.action;

import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Packet;
import io.countersign.action.Requirement;
import io.countersign.policy.Facts;
import io.countersign.policy.Verdict;
import io.countersign.sql.Understanding;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns a change of status writes beside the status; a column that is not named stays as it
 * is. Values are ready to bind, JSON as text.
 */
public record Change(Map<String, Object> columns) {
  public static final Change NONE = new Change(Map.of());

  public Change {
    columns = Map.copyOf(columns);
  }

  /** What was found out, and what the policy said to it. */
  public Change withJudgement(
      Understanding understanding,
      Facts facts,
      Verdict verdict,
      List<String> reviewGroups,
      List<String> reviewIdpGroups) {
    return with("analysis", Json.write(understanding.analysis()))
        .with("resolution", Json.write(understanding.resolution()))
        .with("tags", understanding.tags().toArray(String[]::new))
        .with("facts", Json.write(facts))
        .with("tables", facts.tables().toArray(String[]::new))
        .withVerdict(verdict)
        .withRequirement(verdict.requirement(), reviewGroups, reviewIdpGroups);
  }

  public Change withVerdict(Verdict verdict) {
    return with("verdict", Json.write(verdict));
  }

  public Change withPacket(Packet packet, String packetDigest) {
    return with("packet", Json.write(packet)).with("packetDigest", packetDigest);
  }

  public Change withRequirement(
      Requirement requirement, List<String> reviewGroups, List<String> reviewIdpGroups) {
    return with("requirement", Json.write(requirement))
        .with("reviewGroups", reviewGroups.toArray(String[]::new))
        .with("reviewIdpGroups", reviewIdpGroups.toArray(String[]::new));
  }

  public Change withOutcome(Outcome outcome) {
    return with("outcome", Json.write(outcome));
  }

  public Change withError(ActionError error) {
    return with("error", Json.write(error));
  }

  public Change withExpiry(Instant expiresAt) {
    return with("expiresAt", expiresAt);
  }

  /** The review starts anew: what was voted on before is another revision. */
  public Change withRevision(int revision, Digest digest) {
    return with("revision", revision).with("digest", digest.value());
  }

  /** Escalations start anew too. */
  public Change withoutEscalations() {
    return with("escalationStep", 0);
  }

  public Change withApproval(Instant approvedAt, Instant executeBefore) {
    return with("approvedAt", approvedAt).with("executeBefore", executeBefore);
  }

  private Change with(String column, Object value) {
    Map<String, Object> more = new HashMap<>(columns);
    more.put(column, value);
    return new Change(more);
  }
}
