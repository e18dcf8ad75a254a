package io.countersign.store.evidence;

import io.countersign.audit.Event;
import io.countersign.store.person.Subjects;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * Evidence waiting to be integrated; written in the transaction of what it is evidence of, by one
 * statement, because every change of state pays for it.
 */
public final class Outbox {
  private static final String INSERT =
      """
      insert into audit_outbox (event_id, action_id, type, occurred_at, body)
      select ?::uuid, ?, ?, ?::timestamptz, ?
      """;

  /** Asked of each person apart, because asking for an array of them costs half of an insert. */
  private static final String HAS_KEY = "exists (select from audit_secret where pseudonym = ?)";

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

  /**
   * By the driver itself, because every change of state waits for it. Writes only while every
   * pseudonym still has its key.
   */
  private static boolean wrote(
      Handle handle, Event event, Subjects.Names names, @Nullable String channel) {
    String body = event.body(names.standIns(handle));
    Collection<String> people = names.pseudonyms();
    try (PreparedStatement insert =
        handle.getConnection().prepareStatement(statement(people.size(), channel != null))) {
      insert.setObject(1, UUID.randomUUID());
      insert.setString(2, event.action() == null ? null : event.action().value());
      insert.setString(3, event.type().wireName());
      // The body holds microseconds, cut; the driver would round, and the column contradict.
      Instant at = event.at().truncatedTo(ChronoUnit.MICROS);
      insert.setObject(4, at.atOffset(ZoneOffset.UTC));
      insert.setString(5, body);
      int next = 6;
      for (String pseudonym : people) {
        insert.setString(next++, pseudonym);
      }
      if (channel == null) {
        return insert.executeUpdate() == 1;
      }
      insert.setString(next, channel);
      return insert.executeQuery().next();
    } catch (SQLException e) {
      throw new UnableToExecuteStatementException("evidence cannot be written", e, null);
    }
  }

  private static String statement(int people, boolean notifies) {
    String insert =
        people == 0
            ? INSERT
            : INSERT + "where " + String.join(" and ", Collections.nCopies(people, HAS_KEY));
    return notifies
        ? "with event as ("
            + insert
            + " returning action_id) select pg_notify(?, action_id)::text from event"
        : insert;
  }
}
