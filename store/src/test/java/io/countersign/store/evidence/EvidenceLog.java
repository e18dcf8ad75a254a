package io.countersign.store.evidence;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SigningKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.integration.Integrator;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** A control database with a log in it, a key, and a clock that tests move. */
public final class EvidenceLog implements AutoCloseable {
  public static final String ORIGIN = "countersign.example/audit";

  public final TestDatabase database = TestDatabase.create();
  public final Jdbi jdbi = database.database().jdbi();
  public final SigningKey key = newKey();
  public final MovingClock clock = new MovingClock();
  public final Integrator integrator = new Integrator(jdbi, key, clock);
  public final AuditLog log = new AuditLog(jdbi, List.of(key.verifierKey()));

  public static SigningKey newKey() {
    try {
      return SigningKey.generate(ORIGIN);
    } catch (EvidenceException e) {
      throw new IllegalStateException(e);
    }
  }

  static Digest digest(ActionId action) {
    return Digest.sha256(action.value());
  }

  public static Event event(EventType type, ActionId action) {
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

  public void record(EventType type, ActionId action) {
    jdbi.useHandle(handle -> Outbox.insert(handle, event(type, action)));
  }

  /** Records that many events and integrates them as one batch each. */
  public void fill(int batches, int eventsEach) {
    integrator.integrate();
    for (int batch = 0; batch < batches; batch++) {
      for (int i = 0; i < eventsEach; i++) {
        record(EventType.VOTE_COUNTED, ActionId.random());
      }
      integrator.integrate();
    }
  }

  /** Brings the log to that many entries, many at a time. */
  public void growTo(long size) {
    integrator.integrate();
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into audit_outbox (event_id, type, occurred_at, body)
                select gen_random_uuid(), 'vote.late', timestamptz '2026-01-02T03:04:05Z',
                  '{"actor":{"id":"countersign","type":"system"},"at":"2026-01-02T03:04:05Z",'
                    || '"effect":"none","note":"größe ' || i || '","type":"vote.late","v":1}'
                from generate_series((select size from audit_head), ?::bigint - 1) i
                """,
                size));
    while (waiting() > 0) {
      integrator.integrate();
    }
  }

  public AuditReport verify() {
    return new AuditVerify(jdbi, log.keys()).verify();
  }

  public long waiting() {
    return jdbi.withExtension(AuditDao.class, AuditDao::countWaiting);
  }

  @Override
  public void close() {
    integrator.close();
    database.close();
  }

  /** Stands still until moved. */
  public static final class MovingClock extends Clock {
    private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

    public void advance(Duration by) {
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
