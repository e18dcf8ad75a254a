package io.countersign.store.action;

import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.audit.Subject;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What the entry that closes an execution carries, so that one entry proves all of it. */
public final class ExecutionEntry {
  private ExecutionEntry() {}

  /**
   * Digests of packet and verdict, every counted vote, and what earlier parts of it did.
   *
   * @param guarantee that applied; null where nothing got that far
   * @param fence how many attempts there were
   */
  public static Map<String, Object> details(
      Handle handle, ActionRow row, @Nullable String guarantee, long fence) {
    Map<String, Object> details = new LinkedHashMap<>();
    if (guarantee != null) {
      details.put("guarantee", guarantee);
    }
    details.put("attempts", fence);
    List<Attempt> done = handle.attach(ExecutionDao.class).committed(row.id().value());
    if (!done.isEmpty()) {
      details.put("earlier_parts", done.stream().map(ExecutionEntry::part).toList());
    }
    Digest packet = row.packetDigest();
    if (packet != null) {
      details.put("packet_digest", packet.value());
    }
    if (row.verdict() != null) {
      details.put("verdict_digest", Digest.sha256(Json.write(row.verdict())).value());
    }
    List<Ballot> counted = handle.attach(BallotDao.class).counted(row.id().value());
    details.put("votes", counted.stream().map(ExecutionEntry::vote).toList());
    return details;
  }

  private static Map<String, Object> part(Attempt attempt) {
    Long rows = attempt.rowCount();
    return Map.of(
        "part", attempt.part(),
        "guarantee", attempt.guarantee(),
        "rows", rows == null ? 0 : rows,
        "executed_at", attempt.startedAt().toString());
  }

  private static Map<String, Object> vote(Ballot ballot) {
    return Map.of(
        "vote_id", ballot.voteId(),
        "person", new Subject.Person(ballot.personId()),
        "decision", ballot.decision().name().toLowerCase(Locale.ROOT),
        "channel", ballot.channel(),
        "digest", ballot.digest().value());
  }
}
