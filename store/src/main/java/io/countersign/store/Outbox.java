package io.countersign.store;

import io.countersign.audit.Event;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Evidence waiting to be integrated; written in the transaction of what it is evidence of. */
public final class Outbox {
  private static final String INSERT =
      """
      insert into audit_outbox (event_id, action_id, type, occurred_at, body)
      values (?, ?, ?, ?, ?)
      """;

  private Outbox() {}

  /** Writes one event. Statements of their own: an SQL object costs as much as a commit here. */
  public static void insert(Handle handle, Event event) {
    handle.execute(
        INSERT,
        UUID.randomUUID(),
        event.action() == null ? null : event.action().value(),
        event.type().wireName(),
        // The body holds microseconds, cut; the driver would round, and the column contradict it.
        event.at().truncatedTo(ChronoUnit.MICROS),
        event.body(Subjects.standIns(handle, event.people())));
  }
}
