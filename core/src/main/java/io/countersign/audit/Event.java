package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the evidence log. Its body is canonical JSON of a closed schema.
 *
 * @param revision of the action; 0 where the event concerns none
 * @param policy the policy version that applied
 * @param effect what the event changed: {@code none} for a refused or late attempt
 * @param code of a refusal
 * @param note a line for the timeline, free of personal data; not free text of a requester
 * @param details further canonical values (see {@link CanonicalJson#write})
 */
public record Event(
    Instant at,
    EventType type,
    @Nullable ActionId action,
    int revision,
    @Nullable Digest digest,
    @Nullable String policy,
    Actor actor,
    @Nullable String onBehalfOf,
    Effect effect,
    @Nullable String code,
    @Nullable String note,
    Map<String, Object> details) {

  /** Whether the event changed anything. */
  public enum Effect {
    CHANGED,
    NONE
  }

  /**
   * Who did it.
   *
   * @param type {@code agent}, {@code person}, {@code system} or {@code policy}
   * @param channel {@code api}, {@code console}, {@code slack}, {@code worker}
   */
  public record Actor(String type, String id, @Nullable String channel) {
    public static final Actor SYSTEM = new Actor("system", "countersign", "worker");
  }

  public Event {
    details = Map.copyOf(details);
  }

  /** The exact text that is stored and hashed. */
  public String body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("v", 1);
    body.put("at", at.truncatedTo(ChronoUnit.MICROS).toString());
    body.put("type", type.wireName());
    put(body, "action", action == null ? null : action.value());
    if (action != null) {
      body.put("revision", revision);
    }
    put(body, "digest", digest == null ? null : digest.value());
    put(body, "policy", policy);
    Map<String, Object> who = new LinkedHashMap<>();
    who.put("type", actor.type());
    who.put("id", actor.id());
    put(who, "channel", actor.channel());
    body.put("actor", who);
    put(body, "on_behalf_of", onBehalfOf);
    body.put("effect", effect == Effect.NONE ? "none" : "changed");
    put(body, "code", code);
    put(body, "note", note);
    if (!details.isEmpty()) {
      body.put("details", details);
    }
    return CanonicalJson.write(body);
  }

  private static void put(Map<String, Object> map, String key, @Nullable String value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
