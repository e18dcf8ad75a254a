package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetDatabase.Settings;
import io.countersign.sql.StatementClass;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.Reconciliation;
import io.countersign.worker.engine.DebianPostgres;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.sql.Connection;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Everything that may break in the middle of an execution, on servers that flush what they commit:
 * which instant, what breaks, and what must be true afterwards.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FailureTable {
  static final Settings HASTY =
      new Settings(Duration.ofMillis(500), Duration.ofSeconds(60), 1 << 20);
  static final String INSERT = "insert into effect values ($1) returning id";

  final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Guarantee, ExecutionFixture> fixtures = new EnumMap<>(Guarantee.class);
  DebianPostgres target;
  DebianPostgres control;
  int next = 100;

  @BeforeAll
  void open() throws Exception {
    target = DebianPostgres.startOrSkip("max_prepared_transactions=5");
    control = DebianPostgres.startOrSkip();
    for (Guarantee guarantee : List.of(Guarantee.LEDGER, Guarantee.XID)) {
      fixtures.put(
          guarantee,
          new ExecutionFixture(
              HASTY,
              guarantee,
              target::database,
              TestDatabase.in(
                  control.database("control_" + guarantee.name().toLowerCase(Locale.ROOT)))));
    }
  }

  @AfterAll
  void close() {
    threads.shutdownNow();
    fixtures.values().forEach(ExecutionFixture::close);
    if (control != null) {
      control.close();
    }
    if (target != null) {
      target.close();
    }
  }

  static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  ExecutionFixture fixture(Guarantee guarantee) {
    return Objects.requireNonNull(fixtures.get(guarantee));
  }

  void startControl() throws Exception {
    control.start();
    awaitControl();
  }

  /**
   * After the control database was started again. A pool lends a connection that it used within
   * half a second without looking at it, so everybody waits until the last dead one was looked at.
   */
  void awaitControl() throws Exception {
    for (ExecutionFixture fixture : fixtures.values()) {
      long since = System.nanoTime();
      while (System.nanoTime() - since < 700_000_000L) {
        try {
          fixture.control.database().jdbi().useHandle(handle -> handle.execute("select 1"));
        } catch (RuntimeException stale) {
          since = System.nanoTime();
        }
        Thread.sleep(10);
      }
    }
  }

  ActionId insert(ExecutionFixture fixture) {
    next++;
    return fixture.approved(StatementClass.WRITE, INSERT, String.valueOf(next));
  }

  static ExecutionProbe crashAt(Step instant) {
    return (step, id) -> {
      if (step == instant) {
        throw new Crash();
      }
    };
  }

  void crash(ExecutionFixture fixture, ActionId id, Step instant) {
    var dying = fixture.activities(crashAt(instant));
    assertThatThrownBy(() -> dying.execute(id, fixture.digest(id))).isInstanceOf(Crash.class);
  }

  /** A worker that stands still at that instant with everything open, and wakes when told. */
  final class Paused {
    private final CountDownLatch there = new CountDownLatch(1);
    private final CountDownLatch wake = new CountDownLatch(1);
    private final Future<Executed> running;

    Paused(ExecutionFixture fixture, ActionId id, Step instant) throws InterruptedException {
      Digest digest = fixture.digest(id);
      var activities =
          fixture.activities(
              (step, action) -> {
                if (step == instant) {
                  there.countDown();
                  await(wake);
                }
              });
      running = threads.submit(() -> activities.execute(id, digest));
      there.await();
    }

    /** It wakes, and its connection is dead, or what it did needs no target any more. */
    void wakesAndFindsTheTargetGone() throws Exception {
      wake.countDown();
      try {
        running.get();
      } catch (ExecutionException refused) {
        assertThat(refused).hasRootCauseInstanceOf(ApplicationFailure.class);
      }
    }

    /** It wakes, and finds nothing left to do. */
    void wakesAndChangesNothing() throws Exception {
      wake.countDown();
      try {
        assertThat(running.get().alreadyDone()).isTrue();
      } catch (ExecutionException refused) {
        assertThat(refused).hasRootCauseInstanceOf(ApplicationFailure.class);
      }
    }
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void assertOnce(ExecutionFixture fixture, ActionId id, int value, boolean before)
      throws Exception {
    Executed executed = fixture.untilDone(fixture.activities(), id);
    assertThat(executed).isEqualTo(new Executed(ActionStatus.SUCCEEDED, before));
    assertHappenedOnce(fixture, id, value);
  }

  static void assertHappenedOnce(ExecutionFixture fixture, ActionId id, int value)
      throws Exception {
    assertThat(fixture.count("select count(*) from effect where id = " + value)).isEqualTo(1);
    Outcome outcome = Objects.requireNonNull(fixture.row(id).outcome());
    assertThat(outcome.rows()).isEqualTo(1);
    assertThat(fixture.vault.read(id).orElseThrow()).contains("\"rows\":[[" + value + "]]");
    assertThat(fixture.evidence(id))
        .filteredOn(body -> body.contains("action.succeeded"))
        .hasSize(1)
        .first()
        .asString()
        .contains("\"guarantee\":\"" + outcome.guarantee() + "\"");
  }

  void assertDoubt(ExecutionFixture fixture, ActionId id, int value, String probe)
      throws Exception {
    long before = fixture.count("select count(*) from effect where id = " + value);
    assertThat(fixture.untilDone(fixture.activities(), id).status())
        .isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(fixture.count("select count(*) from effect where id = " + value)).isEqualTo(before);
    Reconciliation doubt = fixture.doubt(id).orElseThrow();
    assertThat(doubt.ifExecuted()).contains("took effect once");
    assertThat(doubt.ifNotExecuted()).contains("nothing of it took effect");
    assertThat(doubt.probe()).contains(probe);
  }

  /** Others who write, so that a transaction id that is free gets used. */
  static void foreignTraffic(ExecutionFixture fixture, int transactions) throws Exception {
    try (Connection connection = fixture.admin();
        var statement = connection.createStatement()) {
      for (int i = 0; i < transactions; i++) {
        statement.execute("insert into orders values (%d, 'x', 1)".formatted(newOrder()));
      }
    }
  }

  private static int lastOrder = 10_000;

  private static synchronized int newOrder() {
    return ++lastOrder;
  }
}
