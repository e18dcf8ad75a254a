package io.countersign.store.custody;

import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.evidence.Outbox;
import java.time.Instant;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Evidence of what an administrator does to the evidence itself. */
final class Custody {
  private static final Event.Actor ADMINISTRATOR =
      new Event.Actor("system", "administrator", "command");

  private Custody() {}

  static void record(Handle handle, EventType type, Instant at, Map<String, Object> details) {
    Outbox.insert(handle, Event.ofNoAction(at, type, ADMINISTRATOR, details));
  }
}
