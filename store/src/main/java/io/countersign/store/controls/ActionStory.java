package io.countersign.store.controls;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.countersign.action.Json;
import io.countersign.audit.EventType;
import io.countersign.audit.Receipt;
import io.countersign.store.evidence.AuditDao.Entry;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the log says of one action, in the order it was logged. */
record ActionStory(List<Step> steps) {

  /**
   * One entry.
   *
   * @param event missing where retention removed the text
   */
  record Step(long index, String type, Instant at, JsonNode event) {

    static Step of(Entry entry) {
      JsonNode event =
          entry.body().isEmpty()
              ? MissingNode.getInstance()
              : Json.read(entry.body(), JsonNode.class);
      return new Step(entry.idx(), entry.type(), entry.occurredAt(), event);
    }

    boolean is(EventType wanted) {
      return type.equals(wanted.wireName());
    }

    String text(String field) {
      return event.path(field).asText("");
    }

    JsonNode details() {
      return event.path("details");
    }

    String actor() {
      return event.path("actor").path("id").asText("");
    }

    boolean isByPerson() {
      return event.path("actor").path("type").asText("").equals("person");
    }

    /** Same action, same form: what people saw is what this is about. */
    boolean isOfSameForm(Step other) {
      return !text("digest").isEmpty()
          && text("digest").equals(other.text("digest"))
          && event.path("revision").asInt(-1) == other.event.path("revision").asInt(-2);
    }
  }

  static ActionStory of(List<Entry> entries) {
    return new ActionStory(entries.stream().map(Step::of).toList());
  }

  /** Whether no text is missing. */
  boolean isReadable() {
    return steps.stream().noneMatch(step -> step.event().isMissingNode());
  }

  Stream<Step> before(long index, EventType type) {
    return steps.stream().filter(step -> step.index() < index && step.is(type));
  }

  boolean isFollowed(long index, EventType... types) {
    return Stream.of(types)
        .anyMatch(type -> steps.stream().anyMatch(step -> step.index() > index && step.is(type)));
  }

  long count(EventType type) {
    return steps.stream().filter(step -> step.is(type)).count();
  }

  /** The approval that counted at that entry. */
  Optional<Step> approval(long index) {
    return before(index, EventType.ACTION_APPROVED).reduce((first, last) -> last);
  }

  /** Who asked for it: the requester and the person behind it; empty where that is not known. */
  Set<String> askers() {
    Set<String> askers = new HashSet<>();
    before(Long.MAX_VALUE, EventType.ACTION_SUBMITTED)
        .findFirst()
        .ifPresent(
            submitted -> {
              askers.add(submitted.actor());
              askers.add(submitted.text("on_behalf_of"));
            });
    askers.remove("");
    return askers;
  }

  /** Whether it ended at an entry of that range, so that a receipt of it is in the export. */
  boolean endedWithin(long first, long end) {
    return steps.stream()
        .filter(step -> Receipt.CLOSING.stream().anyMatch(step::is))
        .reduce((earlier, last) -> last)
        .filter(step -> step.index() >= first && step.index() < end)
        .isPresent();
  }
}
