package io.countersign.store.verification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.countersign.action.Json;
import io.countersign.audit.EventType;

/**
 * An event as the log or its outbox has it.
 *
 * @param body missing where retention removed it, or where what waits is no JSON
 */
record Told(String type, JsonNode body) {

  static Told of(String type, String body) {
    try {
      return new Told(
          type, body.isEmpty() ? MissingNode.getInstance() : Json.MAPPER.readTree(body));
    } catch (JsonProcessingException e) {
      return new Told(type, MissingNode.getInstance());
    }
  }

  boolean is(EventType wanted) {
    return type.equals(wanted.wireName());
  }

  /** Whether it still has its text. */
  boolean isWhole() {
    return !body.isMissingNode();
  }

  /** A text of the event; empty where it has none. */
  String text(String field) {
    return body.path(field).asText("");
  }

  String actor() {
    return body.path("actor").path("id").asText("");
  }

  JsonNode details() {
    return body.path("details");
  }

  String detail(String field) {
    return details().path(field).asText("");
  }
}
