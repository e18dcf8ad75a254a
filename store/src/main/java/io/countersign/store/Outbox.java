package io.countersign.store;

import io.countersign.audit.Event;
import io.countersign.audit.Subject;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Evidence waiting to be integrated; written in the transaction of what it is evidence of, by one
 * statement, because every change of state pays for it.
 */
public final class Outbox {
  /** Writes only while every pseudonym still has its key, and tells whom it may concern. */
  private static final String INSERT =
      """
      with event as (
        insert into audit_outbox (event_id, action_id, type, occurred_at, body)
        select ?::uuid, ?, ?, ?::timestamptz, ?
        where (select count(*) from audit_secret where pseudonym = any(?)) = ?
        returning action_id)
      select case when ?::text is null then '' else pg_notify(?, action_id)::text end from event
      """;

  private Outbox() {}

  /** Writes one event. */
  public static void insert(Handle handle, Event event) {
    write(handle, event, null);
  }

  /** Writes an action's event, and notifies that channel of the action when it is committed. */
  static void insert(Handle handle, Event event, String channel) {
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
    Subject.StandIns standIns = names.standIns(handle);
    return handle
        .select(
            INSERT,
            UUID.randomUUID(),
            event.action() == null ? null : event.action().value(),
            event.type().wireName(),
            // The body holds microseconds, cut; the driver would round, and the column contradict.
            event.at().truncatedTo(ChronoUnit.MICROS),
            event.body(standIns),
            names.pseudonyms(),
            names.pseudonyms().length,
            channel,
            channel)
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }
}
