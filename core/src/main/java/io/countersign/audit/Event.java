package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the evidence log. Its body is canonical JSON of a closed schema.
 *
 * @param revision of the action; 0 where the event concerns none
 * @param policy the policy version that applied
 * @param effect what the event changed: {@code none} for a refused or late attempt
 * @param code of a refusal
 * @param note a line for the timeline, free of personal data; not free text of a requester
 * @param details further canonical values (see {@link CanonicalJson#write}); what is personal in
 *     them is a {@link Subject}
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

    boolean isPerson() {
      return type.equals("person");
    }
  }

  public Event {
    details = Map.copyOf(details);
  }

  /** One that changed something and concerns no action. */
  public static Event ofNoAction(
      Instant at, EventType type, Actor actor, Map<String, Object> details) {
    return new Event(
        at, type, null, 0, null, null, actor, null, Effect.CHANGED, null, null, details);
  }

  /** Every person of whom the event says something. */
  public Set<String> people() {
    Set<String> people = new TreeSet<>();
    if (actor.isPerson()) {
      people.add(actor.id());
    }
    if (onBehalfOf != null) {
      people.add(onBehalfOf);
    }
    findPeople(details, people);
    return people;
  }

  private static void findPeople(@Nullable Object value, Set<String> people) {
    if (value instanceof Subject subject) {
      people.add(subject.personId());
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(element -> findPeople(element, people));
    } else if (value instanceof Collection<?> list) {
      list.forEach(element -> findPeople(element, people));
    }
  }

  /**
   * The exact text that is stored and hashed.
   *
   * @param standIns for each person and secret; nobody's id is in a body
   */
  public String body(Subject.StandIns standIns) {
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
    who.put("id", actor.isPerson() ? standIns.of(new Subject.Person(actor.id())) : actor.id());
    put(who, "channel", actor.channel());
    body.put("actor", who);
    if (onBehalfOf != null) {
      body.put("on_behalf_of", standIns.of(new Subject.Person(onBehalfOf)));
    }
    body.put("effect", effect == Effect.NONE ? "none" : "changed");
    put(body, "code", code);
    put(body, "note", note);
    if (!details.isEmpty()) {
      body.put("details", resolved(details, standIns));
    }
    return CanonicalJson.write(body);
  }

  private static @Nullable Object resolved(@Nullable Object value, Subject.StandIns standIns) {
    return switch (value) {
      case Subject subject -> standIns.of(subject);
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, element) -> copy.put(key, resolved(element, standIns)));
        yield copy;
      }
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(resolved(element, standIns)));
        yield copy;
      }
      case null, default -> value;
    };
  }

  private static void put(Map<String, Object> map, String key, @Nullable String value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
