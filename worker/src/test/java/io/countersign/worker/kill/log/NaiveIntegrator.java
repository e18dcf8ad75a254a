package io.countersign.worker.kill.log;

import io.countersign.audit.Checkpoint;
import io.countersign.audit.Frontier;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditTiles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** An integrator with one mistake that is easily made. It exists to be caught. */
final class NaiveIntegrator {
  private static final int BATCH = 1_000;
  private static final long PAUSE = 25_000_000;
  private static final long PAUSE_AFTER_FAULT = 1_000_000_000;

  private final Jdbi jdbi;
  private final SigningKey key;
  private final Anchors anchors;
  private final Form form;

  NaiveIntegrator(Jdbi jdbi, SigningKey key, Anchors anchors, Form form) {
    this.jdbi = jdbi;
    this.key = key;
    this.anchors = anchors;
    this.form = form;
  }

  void run() {
    while (true) {
      try {
        Optional<AuditDao.StoredCheckpoint> signed = jdbi.inTransaction(this::integrate);
        signed.ifPresent(anchors::append);
        LockSupport.parkNanos(PAUSE);
      } catch (RuntimeException e) {
        LockSupport.parkNanos(PAUSE_AFTER_FAULT);
      }
    }
  }

  private Optional<AuditDao.StoredCheckpoint> integrate(Handle handle) {
    AuditDao dao = handle.attach(AuditDao.class);
    if (form != Form.LOCKLESS && !dao.tryLock()) {
      return Optional.empty();
    }
    List<AuditDao.Pending> waiting = dao.waiting(BATCH);
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    AuditTiles tiles = new AuditTiles(dao);
    Frontier after = dao.head().orElseThrow().tree();
    List<AuditDao.Entry> entries = new ArrayList<>();
    for (AuditDao.Pending row : waiting) {
      TreeHash leaf = TreeHash.leaf(row.body());
      entries.add(AuditDao.Entry.of(after.size(), leaf, row));
      tiles.append(after.size(), leaf);
      after = after.append(leaf);
    }
    String note = new Checkpoint(key.origin(), after.size(), after.root()).sign(key);
    AuditDao.StoredCheckpoint signed =
        new AuditDao.StoredCheckpoint(after.size(), after.root().bytes(), note, Instant.now());
    if (form == Form.ANCHOR_FIRST) {
      anchors.append(signed);
    }
    dao.insertEntries(entries);
    tiles.store();
    empty(handle, waiting);
    handle.execute("update audit_head set size = ?, frontier = ?", after.size(), after.bytes());
    dao.insertCheckpoint(signed);
    return Optional.of(signed);
  }

  private void empty(Handle handle, List<AuditDao.Pending> waiting) {
    if (form == Form.HIGHEST_ID) {
      handle.execute("delete from audit_outbox where id <= ?", waiting.getLast().id());
    } else {
      Long[] ids = waiting.stream().map(AuditDao.Pending::id).toArray(Long[]::new);
      handle.attach(AuditDao.class).deleteWaiting(ids);
    }
  }
}
