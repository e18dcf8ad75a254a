package io.countersign.store.custody;

import io.countersign.audit.EventType;
import io.countersign.audit.Subject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** What must be kept: a hold stops the pruning of its entries, and the shredding of its people. */
public final class LegalHolds {
  private final Jdbi jdbi;
  private final Clock clock;

  public LegalHolds(Jdbi jdbi, Clock clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /** What a hold keeps. */
  public enum Scope {
    ACTION,
    PERSON,
    ALL;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A hold in force.
   *
   * @param subject an action id, a person id, or empty where everything is held
   */
  public record Hold(String scope, String subject, String reason, Instant heldAt) {}

  /** Places a hold, with evidence; false where there is the same one. */
  public boolean place(Scope scope, String subject, String reason) {
    return jdbi.inTransaction(
        handle -> {
          Instant now = clock.instant();
          int placed =
              handle.execute(
                  """
                  insert into audit_hold (scope, subject, reason, held_at) values (?, ?, ?, ?)
                  on conflict do nothing
                  """,
                  scope.wireName(),
                  subject,
                  reason,
                  now);
          return placed == 1 && record(handle, EventType.AUDIT_HELD, scope, subject, now);
        });
  }

  /** Ends a hold, with evidence; false where there is none. */
  public boolean release(Scope scope, String subject) {
    return jdbi.inTransaction(
        handle -> {
          Instant now = clock.instant();
          int released =
              handle.execute(
                  "delete from audit_hold where scope = ? and subject = ?",
                  scope.wireName(),
                  subject);
          return released == 1 && record(handle, EventType.AUDIT_RELEASED, scope, subject, now);
        });
  }

  /** Oldest first. */
  public List<Hold> list() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select scope, subject, reason, held_at from audit_hold order by id")
                .map(ConstructorMapper.of(Hold.class))
                .list());
  }

  private static boolean record(
      Handle handle, EventType type, Scope scope, String subject, Instant now) {
    Custody.record(
        handle,
        type,
        now,
        switch (scope) {
          case ACTION -> Map.of("scope", "action", "held", subject);
          case PERSON -> Map.of("scope", "person", "person", new Subject.Person(subject));
          case ALL -> Map.of("scope", "all");
        });
    return true;
  }
}
