package io.countersign.activity.review;

import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.audit.Subject;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.BallotDao;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What the closing entry of an action carries, so that one entry proves all of it. */
public final class Closing {
  private Closing() {}

  /** Digests of request, verdict and packet, and every counted vote. */
  public static Map<String, Object> details(Handle handle, ActionRow row) {
    Map<String, Object> details = new HashMap<>();
    details.put("request", row.contentHash());
    details.put("target", row.target());
    details.put("kind", row.kind().wireName());
    if (row.verdict() != null) {
      details.put("verdict", Digest.sha256(Json.write(row.verdict())).value());
      details.put("rules", row.verdict().rules());
    }
    if (row.packetDigest() != null) {
      details.put("packet", row.packetDigest().value());
    }
    details.put(
        "votes",
        handle.attach(BallotDao.class).counted(row.id().value()).stream()
            .map(
                ballot ->
                    Map.of(
                        "vote", ballot.voteId(),
                        "person", new Subject.Person(ballot.personId()),
                        "decision", ballot.decision().name().toLowerCase(Locale.ROOT),
                        "channel", ballot.channel(),
                        "at", ballot.receivedAt().toString()))
            .toList());
    return details;
  }
}
