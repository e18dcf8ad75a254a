package io.countersign.store.controls;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.audit.CanonicalJson;
import io.countersign.audit.EventType;
import io.countersign.store.controls.ActionStory.Step;
import io.countersign.store.evidence.AuditDao.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is asked of an entry alone, or with the one before it; empty answers say it holds. */
final class EntryQuestions {
  private static final Duration PAUSE = Duration.ofMinutes(5);
  private static final Map<String, EventType> TYPES =
      Stream.of(EventType.values())
          .collect(Collectors.toMap(EventType::wireName, Function.identity()));

  private final long allowed;
  private Instant newest = Instant.MAX;

  /**
   * @param allowed below which index retention may have removed texts
   */
  EntryQuestions(long allowed) {
    this.allowed = allowed;
  }

  static Optional<EventType> type(String wireName) {
    return Optional.ofNullable(TYPES.get(wireName));
  }

  Optional<String> kept(Entry entry) {
    return entry.body().isEmpty() && entry.idx() >= allowed
        ? Optional.of("its text is missing, and no signed retention entry allows that")
        : Optional.empty();
  }

  /** Entries come in the order in which they were taken in, which is not that of their times. */
  Optional<String> gap(Entry entry) {
    Instant before = newest;
    boolean first = before.equals(Instant.MAX);
    newest = first || entry.occurredAt().isAfter(before) ? entry.occurredAt() : before;
    if (first || !entry.occurredAt().isAfter(before.plus(PAUSE))) {
      return Optional.empty();
    }
    Duration pause = Duration.between(before, entry.occurredAt());
    return Optional.of("nothing was written for " + pause.withNanos(0) + " before it");
  }

  /** Of an entry with its text. */
  static Optional<String> incomplete(Entry entry) {
    Map<?, ?> event;
    try {
      event = Json.read(entry.body(), Map.class);
      if (!CanonicalJson.write(event).equals(entry.body())) {
        return Optional.of("its text is not canonical");
      }
    } catch (IllegalStateException | IllegalArgumentException e) {
      return Optional.of("its text cannot be read");
    }
    JsonNode fields = Json.read(entry.body(), JsonNode.class);
    for (String field : new String[] {"v", "type", "at", "actor", "effect"}) {
      if (!fields.hasNonNull(field)) {
        return Optional.of("it does not say `" + field + "`");
      }
    }
    for (String field : new String[] {"type", "id"}) {
      if (fields.path("actor").path(field).asText("").isEmpty()) {
        return Optional.of("its actor has no " + field);
      }
    }
    boolean ofAction = entry.actionId() != null;
    if (ofAction && !fields.path("revision").isInt()) {
      return Optional.of("it does not say which revision of the action");
    }
    String action = ofAction ? entry.actionId() : "";
    return fields.path("type").asText().equals(entry.type())
            && fields.path("action").asText("").equals(action)
            && isTime(fields.path("at").asText(), entry.occurredAt())
        ? Optional.empty()
        : Optional.of("what it is searched by differs from its text");
  }

  private static boolean isTime(String text, Instant time) {
    try {
      return Instant.parse(text).equals(time);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  static Optional<String> linked(Step step) {
    return step.isByPerson()
        ? Optional.empty()
        : Optional.of("an account was linked or unlinked by somebody else");
  }

  static Optional<String> refused(Step step) {
    return step.text("effect").equals("none")
        ? Optional.empty()
        : Optional.of("was refused, and had an effect");
  }

  static Optional<String> named(Step step) {
    if (!step.isByPerson() || step.event().path("actor").path("channel").asText("").isEmpty()) {
      return Optional.of("a vote that does not name a person and how it came");
    }
    return step.details().path("voted_digest").asText("").equals(step.text("digest"))
        ? Optional.empty()
        : Optional.of("a vote that counted for another form than it was cast for");
  }
}
