package io.countersign.store.integration;

import io.countersign.audit.Checkpoint;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.Frontier;
import io.countersign.audit.Handover;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditTiles;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.Outbox;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves evidence from the outbox into the log: gives indices, grows the tree and signs a
 * checkpoint, all in one transaction a batch. Any number may run; an advisory lock lets one work.
 */
public final class Integrator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Integrator.class);
  private static final int BATCH = 1_000;
  private static final Duration PAUSE = Duration.ofMillis(25);
  private static final Duration PAUSE_AFTER_FAULT = Duration.ofSeconds(1);
  // A checkpoint at least every minute bounds what could be cut off the end unseen; the margin
  // keeps the promise through a slow round.
  private static final Duration HEARTBEAT = Duration.ofSeconds(55);

  private final Jdbi jdbi;
  private final SigningKey key;
  private final KeyRing keys;
  private final Anchors anchors;
  private final Clock clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private volatile Instant lastSuccess = Instant.EPOCH;
  private Instant lastCheckpoint = Instant.EPOCH;
  private String lastFault = "";

  /** For a log that nothing outside of the database anchors. */
  public Integrator(Jdbi jdbi, SigningKey key, Clock clock) {
    this(jdbi, key, Anchors.none(jdbi), clock);
  }

  public Integrator(Jdbi jdbi, SigningKey key, Anchors anchors, Clock clock) {
    this(jdbi, key, KeyRing.of(List.of(key.verifierKey())), anchors, clock);
  }

  /**
   * @param keys that sign or signed the log; a retired one must have handed it over to {@code key}
   */
  public Integrator(Jdbi jdbi, SigningKey key, KeyRing keys, Anchors anchors, Clock clock) {
    this.jdbi = jdbi;
    this.key = key;
    this.keys = keys;
    this.anchors = anchors;
    this.clock = clock;
    this.thread = Thread.ofPlatform().daemon().name("audit-integrator").unstarted(this::run);
  }

  public Integrator start() {
    thread.start();
    return this;
  }

  /** When a round last ended well; {@link Instant#EPOCH} before the first. For health checks. */
  public Instant lastSuccess() {
    return lastSuccess;
  }

  /**
   * One round: at most one batch, or a heartbeat where one is due.
   *
   * @return the number of entries added; 0 also when another integrator is at work
   * @throws DamagedLogException when the stored log contradicts its last checkpoint or an anchor
   */
  public int integrate() {
    boolean due = !clock.instant().isBefore(lastCheckpoint.plus(HEARTBEAT));
    if (!due && !jdbi.withExtension(AuditDao.class, AuditDao::isWaiting)) {
      return 0;
    }
    return round(Optional.empty()).added();
  }

  /**
   * Ends the log's stretch under this key: the entry that names the next one, and the checkpoint
   * over it, which is this key's last. Whatever comes after, this key signs no more.
   *
   * @return whether that is done; not while another integrator is at work
   */
  boolean handOver(VerifierKey next) {
    return round(Optional.of(next)).handedOver();
  }

  private Round round(Optional<VerifierKey> next) {
    Round round = jdbi.inTransaction(handle -> integrate(handle, next));
    // Not before COMMIT: an anchor ahead of its log says that the log was set back.
    round.checkpoint().ifPresent(anchors::append);
    return round;
  }

  /** What one round did, and the newest checkpoint after it. */
  private record Round(
      int added, Optional<AuditDao.StoredCheckpoint> checkpoint, boolean handedOver) {}

  private Round integrate(Handle handle, Optional<VerifierKey> next) {
    AuditDao dao = handle.attach(AuditDao.class);
    if (!dao.tryLock()) {
      return new Round(0, Optional.empty(), false);
    }
    Optional<AuditDao.StoredCheckpoint> last = dao.lastCheckpoint();
    Instant now = clock.instant();
    lastCheckpoint =
        last.map(AuditDao.StoredCheckpoint::createdAt)
            // One from the future would put off every heartbeat until then.
            .filter(createdAt -> createdAt.isBefore(now.plus(HEARTBEAT)))
            .orElse(Instant.EPOCH);
    if (!now.isBefore(lastCheckpoint.plus(HEARTBEAT))) {
      Outbox.insert(handle, heartbeat(now));
    }
    List<AuditDao.Pending> waiting = dao.waiting(BATCH);
    if (next.isPresent() && waiting.size() < BATCH) {
      Outbox.insert(handle, Handover.event(key, next.get(), now));
      waiting = dao.waiting(BATCH);
    }
    waiting = upToHandover(waiting);
    if (waiting.isEmpty()) {
      return new Round(0, last, false);
    }
    Frontier before = requireIntact(dao, last);
    anchors.requireAgreement(before.size());
    AuditDao.StoredCheckpoint signed = append(dao, before, waiting, now);
    lastCheckpoint = now;
    boolean handedOver = isHandover(waiting.getLast().type(), waiting.getLast().body());
    return new Round(waiting.size(), Optional.of(signed), handedOver);
  }

  /** A handover ends its batch: the checkpoint over it is the last one under this key. */
  private List<AuditDao.Pending> upToHandover(List<AuditDao.Pending> waiting) {
    for (int i = 0; i < waiting.size(); i++) {
      if (isHandover(waiting.get(i).type(), waiting.get(i).body())) {
        return waiting.subList(0, i + 1);
      }
    }
    return waiting;
  }

  private boolean isHandover(String type, String body) {
    return Handover.isClaimed(type) && Handover.read(body, key.verifierKey()).isPresent();
  }

  private AuditDao.StoredCheckpoint append(
      AuditDao dao, Frontier before, List<AuditDao.Pending> waiting, Instant now) {
    AuditTiles tiles = new AuditTiles(dao);
    Frontier after = before;
    List<AuditDao.Entry> entries = new ArrayList<>(waiting.size());
    for (AuditDao.Pending row : waiting) {
      TreeHash leaf = TreeHash.leaf(row.body());
      entries.add(AuditDao.Entry.of(after.size(), leaf, row));
      tiles.append(after.size(), leaf);
      after = after.append(leaf);
    }
    dao.insertEntries(entries);
    tiles.store();
    dao.deleteWaiting(waiting.stream().map(AuditDao.Pending::id).toArray(Long[]::new));
    if (dao.moveHead(before.size(), after.size(), after.bytes()) != 1) {
      throw new DamagedLogException("the head of the log moved");
    }
    String note = new Checkpoint(key.origin(), after.size(), after.root()).sign(key);
    AuditDao.StoredCheckpoint signed =
        new AuditDao.StoredCheckpoint(after.size(), after.root().bytes(), note, now);
    dao.insertCheckpoint(signed);
    return signed;
  }

  /** Signing on top of a log that contradicts its last checkpoint would hide the damage. */
  private Frontier requireIntact(AuditDao dao, Optional<AuditDao.StoredCheckpoint> last) {
    Frontier tree =
        dao.head()
            .orElseThrow(() -> new DamagedLogException("the head of the log is missing"))
            .tree();
    Optional<AuditDao.Entry> end = dao.lastEntry();
    long entries = end.map(AuditDao.Entry::idx).orElse(-1L) + 1;
    if (entries != tree.size()) {
      throw new DamagedLogException(
          "the log ends at entry " + (entries - 1) + ", its head says " + (tree.size() - 1));
    }
    if (last.isEmpty() && tree.size() == 0) {
      return tree;
    }
    try {
      String note =
          last.map(AuditDao.StoredCheckpoint::note)
              .orElseThrow(() -> new DamagedLogException("the log has no checkpoint"));
      KeyRing.Signed opened = keys.open(note);
      Checkpoint signed = opened.checkpoint();
      if (signed.size() != tree.size() || !signed.root().equals(tree.root())) {
        throw new DamagedLogException("the log does not match its last checkpoint");
      }
      requireTurn(opened.signers(), end);
      return tree;
    } catch (EvidenceException e) {
      throw new DamagedLogException("the last checkpoint is not ours: " + e.getMessage());
    }
  }

  /** Each key signs its own stretch: after the handover to it, and up to its own. */
  private void requireTurn(List<VerifierKey> signers, Optional<AuditDao.Entry> end) {
    if (signers.contains(key.verifierKey())) {
      if (end.filter(entry -> isHandover(entry.type(), entry.body())).isPresent()) {
        throw new DamagedLogException(
            "this key handed the log over with its last entry: expected the next one as"
                + " `audit.signingKey`, and this one in `audit.retiredKeys`");
      }
      return;
    }
    boolean handedOver =
        end.filter(entry -> Handover.isClaimed(entry.type())).stream()
            .anyMatch(
                entry ->
                    signers.stream()
                        .flatMap(signer -> Handover.read(entry.body(), signer).stream())
                        .anyMatch(key.verifierKey()::equals));
    if (!handedOver) {
      throw new DamagedLogException(
          "the last checkpoint is signed by a retired key that did not hand the log over to this"
              + " one; expected `./countersign audit rotate` under the old key first");
    }
  }

  private static Event heartbeat(Instant now) {
    return new Event(
        now,
        EventType.AUDIT_HEARTBEAT,
        null,
        0,
        null,
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.NONE,
        null,
        null,
        Map.of());
  }

  private void run() {
    while (closed.getCount() > 0) {
      Duration pause = round();
      try {
        if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @SuppressWarnings("CatchingUnchecked") // Evidence waits in the outbox; giving up would lose it.
  private Duration round() {
    long start = System.nanoTime();
    try {
      int added = integrate();
      lastSuccess = clock.instant();
      lastFault = "";
      // Under load a round takes longer than the pause, and what came meanwhile waits already.
      Duration left = PAUSE.minusNanos(System.nanoTime() - start);
      return added == BATCH || left.isNegative() ? Duration.ZERO : left;
    } catch (DamagedLogException e) {
      report("nothing is signed, evidence waits: " + e.getMessage());
    } catch (RuntimeException e) {
      report("evidence waits, the log cannot be written: " + describe(e));
    }
    return PAUSE_AFTER_FAULT;
  }

  private void report(String fault) {
    if (!fault.equals(lastFault)) {
      LOG.error("{}", fault);
      lastFault = fault;
    }
  }

  // Drivers quote values in their messages, so a fault is told by class and state alone.
  private static String describe(RuntimeException fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return "sqlstate " + sql.getSQLState();
      }
    }
    return fault.getClass().getSimpleName();
  }

  /** Ends after the round at work; what waits stays in the outbox. */
  @Override
  public void close() {
    closed.countDown();
    if (!thread.isAlive()) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
