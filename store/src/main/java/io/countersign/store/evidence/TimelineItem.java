package io.countersign.store.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.audit.Event;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step in the life of an action.
 *
 * @param seq 1 for the first
 * @param effect {@code changed}, or {@code none} for a refused or late attempt
 */
public record TimelineItem(
    long seq,
    String type,
    Instant at,
    Event.Actor actor,
    String effect,
    @Nullable String code,
    @Nullable String note) {

  /**
   * From the body of an entry.
   *
   * @param people by pseudonym; who is not among them was shredded and stays a pseudonym
   */
  static TimelineItem of(long seq, JsonNode event, Map<String, String> people) {
    JsonNode actor = event.path("actor");
    String id = actor.path("id").asText();
    return new TimelineItem(
        seq,
        event.path("type").asText(),
        Instant.parse(event.path("at").asText()),
        new Event.Actor(
            actor.path("type").asText(), people.getOrDefault(id, id), text(actor, "channel")),
        event.path("effect").asText(),
        text(event, "code"),
        text(event, "note"));
  }

  /** The same for an agent: that a person acted, not which one. */
  public TimelineItem withoutPeople() {
    if (!actor.type().equals("person")) {
      return this;
    }
    Event.Actor somebody = new Event.Actor("person", "", actor.channel());
    return new TimelineItem(seq, type, at, somebody, effect, code, note);
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value == null ? null : value.asText();
  }
}
