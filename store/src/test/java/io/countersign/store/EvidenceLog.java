package io.countersign.store;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SigningKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** A control database with a log in it, a key, and a clock that tests move. */
final class EvidenceLog implements AutoCloseable {
  static final String ORIGIN = "countersign.example/audit";

  final TestDatabase database = TestDatabase.create();
  final Jdbi jdbi = database.database().jdbi();
  final SigningKey key = newKey();
  final MovingClock clock = new MovingClock();
  final Integrator integrator = new Integrator(jdbi, key, clock);
  final AuditLog log = new AuditLog(jdbi, List.of(key.verifierKey()));

  static SigningKey newKey() {
    try {
      return SigningKey.generate(ORIGIN);
    } catch (EvidenceException e) {
      throw new IllegalStateException(e);
    }
  }

  static Digest digest(ActionId action) {
    return Digest.sha256(action.value());
  }

  static Event event(EventType type, ActionId action) {
    return new Event(
        Instant.parse("2026-01-02T03:04:05.678901Z"),
        type,
        action,
        1,
        digest(action),
        null,
        new Event.Actor("person", "alice", "api"),
        null,
        Event.Effect.CHANGED,
        null,
        "größe",
        Map.of());
  }

  void record(EventType type, ActionId action) {
    jdbi.useHandle(handle -> Outbox.insert(handle, event(type, action)));
  }

  /** Records that many events and integrates them as one batch each. */
  void fill(int batches, int eventsEach) {
    integrator.integrate();
    for (int batch = 0; batch < batches; batch++) {
      for (int i = 0; i < eventsEach; i++) {
        record(EventType.VOTE_COUNTED, ActionId.random());
      }
      integrator.integrate();
    }
  }

  AuditReport verify() {
    return new AuditVerify(jdbi, log.keys()).verify();
  }

  long waiting() {
    return jdbi.withExtension(AuditDao.class, AuditDao::countWaiting);
  }

  @Override
  public void close() {
    integrator.close();
    database.close();
  }

  /** Stands still until moved. */
  static final class MovingClock extends Clock {
    private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
