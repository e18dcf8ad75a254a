package io.countersign.worker.kill.log;

import io.countersign.action.ActionId;
import io.countersign.audit.EventType;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Threads that change something and write its evidence, as every change does: in one transaction.
 * Some take their time before they commit, so that ids are not committed in their order; some roll
 * back, so that ids are missing.
 */
final class Writers implements AutoCloseable {
  private static final int COUNT = 4;
  private static final int MOST_EVENTS = 4;
  private static final int LONGEST_PAUSE_MICROS = 30_000;
  private static final int LONGEST_TRANSACTION_MICROS = 15_000;

  private final Jdbi jdbi;
  private final List<Thread> threads = new ArrayList<>();
  private final Set<String> committed = ConcurrentHashMap.newKeySet();
  private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();
  private final Set<String> rolledBack = ConcurrentHashMap.newKeySet();
  private final AtomicLong transactions = new AtomicLong();
  private volatile boolean over;

  Writers(Jdbi jdbi, long seed) {
    this.jdbi = jdbi;
    jdbi.useHandle(handle -> handle.execute("create table written (id text primary key)"));
    for (int i = 0; i < COUNT; i++) {
      Random random = new Random(seed + i);
      threads.add(Thread.ofPlatform().daemon().start(() -> write(random)));
    }
  }

  private void write(Random random) {
    while (!over) {
      List<String> ids = new ArrayList<>();
      boolean wanted = random.nextInt(5) != 0;
      try {
        jdbi.useTransaction(handle -> write(handle, random, ids, wanted));
        (wanted ? committed : rolledBack).addAll(ids);
      } catch (RuntimeException e) {
        // A connection that broke did so perhaps in the middle of COMMIT: the table knows.
        (wanted ? inDoubt : rolledBack).addAll(ids);
      }
      transactions.incrementAndGet();
      LockSupport.parkNanos(random.nextInt(LONGEST_PAUSE_MICROS) * 1_000L);
    }
  }

  private static void write(Handle handle, Random random, List<String> ids, boolean wanted) {
    int events = 1 + random.nextInt(MOST_EVENTS);
    for (int i = 0; i < events; i++) {
      ActionId id = ActionId.random();
      ids.add(id.value());
      handle.execute("insert into written values (?)", id.value());
      Outbox.insert(handle, EvidenceLog.event(EventType.VOTE_COUNTED, id));
    }
    if (random.nextInt(3) == 0) {
      LockSupport.parkNanos(random.nextInt(LONGEST_TRANSACTION_MICROS) * 1_000L);
    }
    if (!wanted) {
      throw new IllegalStateException("rolls back");
    }
  }

  /** Ends them after the transactions at work. */
  void finish() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Events whose COMMIT was answered. */
  Set<String> committed() {
    return committed;
  }

  Set<String> rolledBack() {
    return rolledBack;
  }

  @Override
  public void close() {
    over = true;
  }

  @Override
  public String toString() {
    return "%d transactions, events: %d committed, %d rolled back, %d in doubt"
        .formatted(transactions.get(), committed.size(), rolledBack.size(), inDoubt.size());
  }
}
