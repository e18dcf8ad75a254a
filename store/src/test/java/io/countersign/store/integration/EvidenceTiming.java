package io.countersign.store.integration;

import io.countersign.action.ActionId;
import io.countersign.audit.EventType;
import io.countersign.audit.Receipt;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.SigningKey;
import io.countersign.audit.Verification;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Times evidence on one PostgreSQL whose commits reach the disk: what it adds to a writer's
 * transaction, how many events a second eight writers get into the log, how fast receipts and the
 * whole log are checked, and how much memory a long log takes.
 */
final class EvidenceTiming {
  private static final int WRITERS = 8;
  private static final String FILL =
      """
      insert into audit_outbox (event_id, action_id, type, occurred_at, body)
      select gen_random_uuid(), a, 'vote.counted', timestamptz '2026-01-02T03:04:05.678901Z',
        '{"action":"' || a || '","actor":{"channel":"api","id":"agent-1","type":"agent"},'
        || '"at":"2026-01-02T03:04:05.678901Z","digest":"sha256:' || encode(sha256(a::bytea), 'hex')
        || '","effect":"changed","revision":1,"type":"vote.counted","v":1}'
      from generate_series(:from, :to) i, lateral (select 'act_' || lpad(i::text, 26, '0') as a)
      """;

  private final TestDatabase database = TestDatabase.create();
  private final Jdbi jdbi = database.database().jdbi();
  private final SigningKey key = EvidenceLog.newKey();

  private EvidenceTiming() {}

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
    int entries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    EvidenceTiming timing = new EvidenceTiming();
    timing.jdbi.useHandle(
        handle -> {
          handle.execute("create table counter (id int primary key, n bigint not null)");
          handle.execute("insert into counter select i, 0 from generate_series(1, 64) i");
        });
    try (Integrator integrator =
        new Integrator(timing.jdbi, timing.key, Clock.systemUTC()).start()) {
      timing.latency(seconds * 300);
      timing.throughput(seconds);
      timing.receipts();
      timing.longLog(entries);
    }
    System.exit(0);
  }

  private static void change(Handle handle, int row) {
    handle.execute("update counter set n = n + 1 where id = ?", row);
  }

  private static void changeWithEvidence(Handle handle, int row) {
    change(handle, row);
    Outbox.insert(handle, EvidenceLog.event(EventType.VOTE_COUNTED, ActionId.random()));
  }

  /** As every change of an action tells those who wait for it. */
  private static void changeAndTell(Handle handle, int row) {
    change(handle, row);
    handle.select("select pg_notify('timing', ?)::text", "" + row).mapTo(String.class).one();
  }

  private static void changeWithEvidenceAndTell(Handle handle, int row) {
    change(handle, row);
    Outbox.insert(handle, EvidenceLog.event(EventType.VOTE_COUNTED, ActionId.random()), "timing");
  }

  /** In turn, so that all see the same machine. */
  private void latency(int rounds) {
    List<BiConsumer<Handle, Integer>> writers =
        List.of(
            EvidenceTiming::change,
            EvidenceTiming::changeWithEvidence,
            EvidenceTiming::changeAndTell,
            EvidenceTiming::changeWithEvidenceAndTell);
    long[][] nanos = new long[writers.size()][rounds];
    for (int i = -2 * rounds; i < rounds; i++) {
      for (int writer = 0; writer < writers.size(); writer++) {
        BiConsumer<Handle, Integer> work = writers.get(writer);
        int row = writer + 1;
        long start = System.nanoTime();
        jdbi.useTransaction(handle -> work.accept(handle, row));
        nanos[writer][Math.max(i, 0)] = System.nanoTime() - start;
      }
    }
    print("one UPDATE", nanos[0], nanos[1]);
    print("one UPDATE and its notification", nanos[2], nanos[3]);
  }

  private static void print(String what, long[] without, long[] with) {
    System.out.printf(
        "%s: without evidence p50 %.2f ms, p95 %.2f ms; with it p50 %.2f ms, p95 %.2f ms; ratio of"
            + " the medians %.2f%n",
        what,
        quantile(without, 50),
        quantile(without, 95),
        quantile(with, 50),
        quantile(with, 95),
        quantile(with, 50) / quantile(without, 50));
  }

  private void throughput(int seconds) throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong written = new AtomicLong();
    Thread[] writers = new Thread[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
      int row = 10 + i;
      writers[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!over.get()) {
                      jdbi.useTransaction(handle -> changeWithEvidence(handle, row));
                      written.incrementAndGet();
                    }
                  });
    }
    long start = System.nanoTime();
    Thread.sleep(seconds * 1_000L);
    over.set(true);
    for (Thread writer : writers) {
      writer.join();
    }
    long end = System.nanoTime();
    long behind = drain();
    System.out.printf(
        "%d writers: %,.0f events/s for %d s, the last one in the log %.0f ms after the end%n",
        WRITERS, written.get() * 1e9 / (end - start), seconds, (behind - end) / 1e6);
  }

  private long drain() throws InterruptedException {
    while (jdbi.withExtension(AuditDao.class, AuditDao::countWaiting) > 0) {
      Thread.sleep(1);
    }
    return System.nanoTime();
  }

  private void receipts() throws InterruptedException {
    ActionId action = ActionId.random();
    jdbi.useHandle(
        handle -> Outbox.insert(handle, EvidenceLog.event(EventType.ACTION_SUCCEEDED, action)));
    drain();
    AuditLog log = new AuditLog(jdbi, List.of(key.verifierKey()));
    Receipt receipt = log.receipt(action).orElseThrow();
    byte[] file = receipt.text().getBytes(StandardCharsets.UTF_8);
    long[] nanos = new long[2_000];
    for (int i = -500; i < nanos.length; i++) {
      long start = System.nanoTime();
      Verification answer = ReceiptVerifier.verify(file, log.keys());
      long end = System.nanoTime();
      if (!(answer instanceof Verification.Valid)) {
        throw new IllegalStateException(answer.toString());
      }
      if (i >= 0) {
        nanos[i] = end - start;
      }
    }
    System.out.printf(
        "receipt of %,d bytes verified: p50 %.2f ms, p99 %.2f ms%n",
        file.length, quantile(nanos, 50), quantile(nanos, 99));
  }

  private void longLog(int entries) throws InterruptedException {
    int step = 100_000;
    long most = 0;
    long start = System.nanoTime();
    for (int from = 0; from < entries; from += step) {
      int first = from;
      jdbi.useHandle(
          handle ->
              handle
                  .createUpdate(FILL)
                  .bind("from", first)
                  .bind("to", Math.min(first + step, entries) - 1)
                  .execute());
      drain();
      most = Math.max(most, used());
      System.out.printf("%,d entries more: heap in use %,d KiB%n", first + step, used() / 1024);
    }
    System.out.printf(
        "%,d entries written and integrated in %.0f s; heap in use at most %,d KiB of %,d%n",
        entries,
        (System.nanoTime() - start) / 1e9,
        most / 1024,
        Runtime.getRuntime().maxMemory() / 1024);
    long begin = System.nanoTime();
    AuditReport report = new AuditVerify(jdbi, List.of(key.verifierKey())).verify();
    double took = (System.nanoTime() - begin) / 1e9;
    long size = jdbi.withExtension(AuditDao.class, AuditDao::lastIndex).orElseThrow() + 1;
    System.out.printf(
        "%s%nwhole log verified in %.1f s, %,.0f entries/s%n", report, took, size / took);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static double quantile(long[] nanos, int percent) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(sorted.length - 1) * percent / 100] / 1e6;
  }
}
