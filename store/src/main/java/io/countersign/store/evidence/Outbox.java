package io.countersign.store.evidence;

import io.countersign.audit.Event;
import io.countersign.store.person.Subjects;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Evidence waiting to be integrated; written in the transaction of what it is evidence of, by one
 * statement, because every change of state pays for it.
 */
public final class Outbox {
  /**
   * Writes only while every pseudonym still has its key. Their list is one text, because the driver
   * takes longer for an array than the database for the insert.
   */
  private static final String INSERT =
      """
      insert into audit_outbox (event_id, action_id, type, occurred_at, body)
      select ?::uuid, ?, ?, ?::timestamptz, ?
      where (select count(*) from audit_secret where pseudonym = any(string_to_array(?, ','))) = ?
      """;

  /** Two texts, because one whose channel may be null is planned anew whenever that changes. */
  private static final String INSERT_AND_NOTIFY =
      "with event as ("
          + INSERT
          + "returning action_id) select pg_notify(?, action_id)::text from event";

  private Outbox() {}

  /** Writes one event. */
  public static void insert(Handle handle, Event event) {
    write(handle, event, null);
  }

  /** Writes an action's event, and notifies that channel of the action when it is committed. */
  public static void insert(Handle handle, Event event, String channel) {
    write(handle, event, channel);
  }

  private static void write(Handle handle, Event event, @Nullable String channel) {
    Set<String> people = event.people();
    Optional<Subjects.Names> remembered = Subjects.remembered(handle, people);
    if (remembered.isPresent() && wrote(handle, event, remembered.get(), channel)) {
      return;
    }
    // Whoever was shredded since is somebody new.
    Subjects.forget(handle, people);
    if (!wrote(handle, event, Subjects.names(handle, people), channel)) {
      throw new IllegalStateException("a person was shredded while an event named them");
    }
  }

  private static boolean wrote(
      Handle handle, Event event, Subjects.Names names, @Nullable String channel) {
    List<@Nullable Object> values =
        Arrays.asList(
            UUID.randomUUID(),
            event.action() == null ? null : event.action().value(),
            event.type().wireName(),
            // The body holds microseconds, cut; the driver would round, and the column contradict.
            event.at().truncatedTo(ChronoUnit.MICROS),
            event.body(names.standIns(handle)),
            String.join(",", names.pseudonyms()),
            names.pseudonyms().size());
    if (channel == null) {
      return handle.execute(INSERT, values.toArray()) == 1;
    }
    return handle
        .select(INSERT_AND_NOTIFY, Stream.concat(values.stream(), Stream.of(channel)).toArray())
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }
}
