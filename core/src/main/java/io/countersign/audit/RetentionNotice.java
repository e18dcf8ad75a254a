package io.countersign.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * What an entry of the log says about bodies that may be removed. It counts only with the signature
 * of the key that signs the log: whoever can write evidence could write the words.
 *
 * @param below bodies of entries before this index may go; a multiple of 256
 * @param keep for how long bodies are kept
 * @param at when that was decided
 */
public record RetentionNotice(long below, Period keep, Instant at) {
  // The first line keeps it from being a checkpoint, whose first line is the log's name.
  private static final String HEADER = "countersign/audit.retention/v1";

  public RetentionNotice {
    at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /** What the key that signs now says. */
  public Event event(SigningKey present) {
    String note = SignedNote.sign(text(present.origin()), present).toString();
    return Event.ofNoAction(
        at,
        EventType.AUDIT_RETENTION,
        Event.Actor.SYSTEM,
        Map.of("below", below, "keep", keep.toString(), "notice", note));
  }

  public static boolean isClaimed(String eventType) {
    return EventType.AUDIT_RETENTION.wireName().equals(eventType);
  }

  /**
   * The notice that an entry is; empty unless a key signed it that signs the log at this index, and
   * for bundles that were whole by then.
   */
  public static Optional<RetentionNotice> read(String body, KeyRing keys, long index) {
    try {
      JsonNode event = Json.read(body, JsonNode.class);
      JsonNode details = event.path("details");
      RetentionNotice notice =
          new RetentionNotice(
              details.path("below").longValue(),
              Period.parse(details.path("keep").asText()),
              Instant.parse(event.path("at").asText()));
      SignedNote note = SignedNote.parse(details.path("notice").asText());
      boolean signed =
          keys.signersOf(note, index + 1).stream()
              .anyMatch(key -> note.text().equals(notice.text(key.name())));
      return signed && notice.isOfWholeBundlesBefore(index)
          ? Optional.of(notice)
          : Optional.empty();
    } catch (EvidenceException | DateTimeException | IllegalStateException e) {
      return Optional.empty();
    }
  }

  private boolean isOfWholeBundlesBefore(long index) {
    return below > 0 && below % Tile.WIDTH == 0 && below <= index;
  }

  /**
   * Whether the time to keep was over for all it speaks of. Their own times went with the bodies,
   * so it is asked of the entry after them, which was taken in later.
   */
  public boolean wasOver(String firstKept) {
    try {
      Instant then = Instant.parse(Json.read(firstKept, JsonNode.class).path("at").asText());
      return then.isBefore(at.atOffset(ZoneOffset.UTC).minus(keep).toInstant());
    } catch (DateTimeException | IllegalStateException e) {
      return false;
    }
  }

  private String text(String origin) {
    return "%s\n%s\n%d\n%s\n%s\n".formatted(HEADER, origin, below, keep, at);
  }
}
