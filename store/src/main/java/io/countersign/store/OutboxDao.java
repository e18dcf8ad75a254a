package io.countersign.store;

import io.countersign.audit.Event;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jdbi.v3.sqlobject.SqlObject;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jspecify.annotations.Nullable;

/** Evidence waiting to be integrated; written in the transaction of what it is evidence of. */
public interface OutboxDao extends SqlObject {

  default void insert(Event event) {
    String action = event.action() == null ? null : event.action().value();
    // The body holds microseconds, cut; the driver would round, and the column contradict the body.
    Instant at = event.at().truncatedTo(ChronoUnit.MICROS);
    String body = event.body(Subjects.standIns(getHandle(), event.people()));
    insert(UUID.randomUUID(), action, event.type().wireName(), at, body);
  }

  @SqlUpdate(
      """
      insert into audit_outbox (event_id, action_id, type, occurred_at, body)
      values (:eventId, :actionId, :type, :occurredAt, :body)
      """)
  void insert(
      @Bind("eventId") UUID eventId,
      @Bind("actionId") @Nullable String actionId,
      @Bind("type") String type,
      @Bind("occurredAt") Instant occurredAt,
      @Bind("body") String body);
}
