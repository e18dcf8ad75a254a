package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.audit.Openings.Opening;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An entry that names people, quotes others, and what opens all of them. */
final class NamedEntry {
  /** What an identity provider may call somebody. */
  static final String HOSTILE = "mal\"lory\\\u202E\nsub_x is bob ü\uD83D\uDE00";

  static final String LONG = "l".repeat(130);

  /** Whom the entry names as people. */
  static final List<String> PEOPLE = List.of("alice", "bob", "carol", HOSTILE, LONG);

  /** Whose pseudonyms are in the entry, but where no person stands. */
  static final List<String> QUOTED = List.of("dave", "erin", "frank");

  private NamedEntry() {}

  static byte[] key(String person) {
    return TreeHash.leaf(person).bytes();
  }

  static String pseudonym(String person) {
    return Pseudonym.of(key(person), person);
  }

  static Opening opening(String person) {
    return Opening.of(key(person), person);
  }

  static List<Opening> openings(String... people) {
    return Stream.of(people).map(NamedEntry::opening).toList();
  }

  static List<Opening> allOpenings() {
    return openings(PEOPLE.toArray(String[]::new));
  }

  static String body(EventType type, ActionId action, Digest digest) {
    Event event =
        new Event(
            Instant.parse("2026-01-02T03:04:05.678901Z"),
            type,
            action,
            1,
            digest,
            null,
            new Event.Actor("person", "alice", "api"),
            "carol",
            Event.Effect.CHANGED,
            null,
            "instead of " + pseudonym("dave"),
            Map.of(
                "votes",
                List.of(
                    Map.of("person", new Subject.Person("bob")),
                    Map.of("person", new Subject.Person(HOSTILE)),
                    Map.of("person", new Subject.Person(LONG))),
                "grantee",
                pseudonym("erin"),
                "asked_by",
                Map.of("type", "agent", "id", pseudonym("frank"))));
    return event.body(subject -> pseudonym(subject.personId()));
  }
}
