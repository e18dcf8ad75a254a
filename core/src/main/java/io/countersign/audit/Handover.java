package io.countersign.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entry with which the key of a log hands over to the next one. It counts only with the
 * signature of the key that hands over: whoever can write evidence could write the words.
 */
public final class Handover {
  private static final String HEADER = "countersign/key.rotated/v1";

  private Handover() {}

  /** What the key that signs now says of the next one. */
  public static Event event(SigningKey present, VerifierKey next, Instant now) {
    if (!present.origin().equals(next.name()) || present.verifierKey().equals(next)) {
      throw new IllegalArgumentException("a log is handed over to another key of the same log");
    }
    String note = SignedNote.sign(text(next), present).toString();
    return Event.ofNoAction(
        now,
        EventType.KEY_ROTATED,
        Event.Actor.SYSTEM,
        Map.of("key", next.toString(), "handover", note));
  }

  public static boolean isClaimed(String eventType) {
    return EventType.KEY_ROTATED.wireName().equals(eventType);
  }

  /** The key that an entry hands over to; empty unless {@code present} signed that. */
  public static Optional<VerifierKey> read(String body, VerifierKey present) {
    try {
      JsonNode details = Json.read(body, JsonNode.class).path("details");
      SignedNote note = SignedNote.parse(details.path("handover").asText());
      var unusedSigners = note.requireSignedBy(List.of(present));
      VerifierKey next = VerifierKey.parse(details.path("key").asText());
      boolean whole = note.text().equals(text(next)) && next.name().equals(present.name());
      return whole ? Optional.of(next) : Optional.empty();
    } catch (EvidenceException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  // The first line keeps it from being a checkpoint, whose first line is the log's name.
  private static String text(VerifierKey next) {
    return HEADER + "\n" + next.name() + "\n" + next + "\n";
  }
}
