package io.countersign.store.custody;

import io.countersign.audit.KeyRing;
import io.countersign.audit.RetentionNotice;
import io.countersign.audit.SigningKey;
import io.countersign.audit.Tile;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.Notices;
import io.countersign.store.evidence.Outbox;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Removes the bodies of entries whose time is over. First an entry of the log says so, with a
 * signature of the log's key; once it is under a checkpoint, whole bundles below it lose their
 * bodies. Hashes stay, and with them every proof.
 */
public final class Retention {
  /** What may not be removed: young, of an open action, or held. */
  private static final String FIRST_TO_KEEP =
      """
      select min(idx) from (
        (select idx from audit_entry where idx >= :from and occurred_at >= :cutoff
          order by idx limit 1)
        union all
        select min(e.idx) from audit_entry e join action a on a.id = e.action_id
          where e.idx >= :from and (a.status in ('EVALUATING', 'PENDING_REVIEW', 'APPROVED',
            'EXECUTING', 'NEEDS_RECONCILIATION')
            or exists (select from role_grant g where g.action_id = a.id and g.state <> 'ended'))
        union all
        select min(e.idx) from audit_entry e join audit_hold h on h.scope = 'all'
            or (h.scope = 'action' and h.subject = e.action_id)
          where e.idx >= :from
        union all
        select min(e.idx) from audit_entry e
          join audit_hold h on h.scope = 'person'
          left join audit_secret s on s.subject_id = h.subject
          where e.idx >= :from and (strpos(e.body, s.pseudonym) > 0
            or strpos(e.body, to_json(h.subject)::text) > 0)
        union all
        select size from audit_head) as kept
      """;

  private static final String FIRST_WITH_BODY =
      """
      select idx from audit_entry where body is not null
        and type not in ('audit.retention', 'key.rotated') order by idx limit 1
      """;

  private final Jdbi jdbi;
  private final SigningKey key;
  private final KeyRing keys;
  private final Clock clock;

  /**
   * @param key that signs the log now
   * @param keys that sign or signed it
   */
  public Retention(Jdbi jdbi, SigningKey key, KeyRing keys, Clock clock) {
    this.jdbi = jdbi;
    this.key = key;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Up to which index bodies could be removed now; a multiple of 256. The entry there is old enough
   * too and stays: it is what a verifier can still ask for its time.
   */
  public long below(Period keep) {
    return jdbi.withHandle(handle -> below(handle, keep));
  }

  private long below(Handle handle, Period keep) {
    Instant cutoff = clock.instant().atOffset(ZoneOffset.UTC).minus(keep).toInstant();
    long from = number(handle, FIRST_WITH_BODY).orElse(0L);
    long first =
        handle
            .createQuery(FIRST_TO_KEEP)
            .bind("from", from)
            .bind("cutoff", cutoff)
            .mapTo(Long.class)
            .findOne()
            .orElse(0L);
    return Math.max(first - 1, 0) / Tile.WIDTH * Tile.WIDTH;
  }

  /** Writes the event where there is more to remove than was announced; false where not. */
  public boolean announce(Period keep) {
    return jdbi.inTransaction(
        handle -> {
          lockHolds(handle);
          long below = below(handle, keep);
          if (below <= announced(handle) || isAnnouncing(handle)) {
            return false;
          }
          RetentionNotice notice = new RetentionNotice(below, keep, clock.instant());
          Outbox.insert(handle, notice.event(key));
          return true;
        });
  }

  /**
   * Removes what the newest event in the log allows, unless a hold was placed since.
   *
   * @return how many bodies
   */
  public long prune(Period keep) {
    return jdbi.inTransaction(
        handle -> {
          lockHolds(handle);
          long announced = announced(handle);
          if (announced == 0 || announced > below(handle, keep)) {
            return 0L;
          }
          return handle
              .createQuery("select audit_prune(:below)")
              .bind("below", announced)
              .mapTo(Long.class)
              .one();
        });
  }

  private long announced(Handle handle) {
    return new Notices(handle.attach(AuditDao.class), keys).below(Long.MAX_VALUE);
  }

  /** Whether an event of ours waits to be integrated. */
  public boolean isAnnouncing() {
    return jdbi.withHandle(Retention::isAnnouncing);
  }

  private static boolean isAnnouncing(Handle handle) {
    return handle
        .createQuery("select exists (select from audit_outbox where type = 'audit.retention')")
        .mapTo(Boolean.class)
        .one();
  }

  /** One run at a time, and no hold is placed meanwhile. */
  private static void lockHolds(Handle handle) {
    handle.execute("lock table audit_hold in share row exclusive mode");
  }

  private static Optional<Long> number(Handle handle, String question) {
    return handle.createQuery(question).mapTo(Long.class).findOne();
  }
}
