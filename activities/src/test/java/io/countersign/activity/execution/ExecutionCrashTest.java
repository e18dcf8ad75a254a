package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.Outcome;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stops an execution at each instant of the protocol, tries again and counts the effects. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecutionCrashTest {
  private static final String INSERT = "insert into effect values ($1) returning id";

  private ExecutionFixture fixture;
  private int next = 1000;

  @BeforeAll
  void open() throws Exception {
    fixture =
        new ExecutionFixture(
            new TargetDatabase.Settings(Duration.ofSeconds(1), Duration.ofSeconds(30), 1 << 20),
            guarantee());
  }

  TargetConfig.Guarantee guarantee() {
    return TargetConfig.Guarantee.LEDGER;
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  /** The worker dies here; what it held open is lost. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  private ActionId insert() {
    next++;
    return fixture.approved(StatementClass.WRITE, INSERT, String.valueOf(next));
  }

  private long effects(int value) throws Exception {
    return fixture.count("select count(*) from effect where id = " + value);
  }

  private Executed untilDone(ExecutionActivitiesImpl activities, ActionId id, Digest digest) {
    return AskingAgain.untilDone(() -> activities.execute(id, digest));
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void crashAtAnyInstantLeavesOneEffect(Step instant) throws Exception {
    ActionId id = insert();
    int value = next;
    ExecutionActivitiesImpl dying =
        fixture.activities(
            (step, action) -> {
              if (step == instant) {
                throw new Crash();
              }
            });
    assertThatThrownBy(() -> dying.execute(id, fixture.digest(id))).isInstanceOf(Crash.class);
    boolean tookEffect = instant.compareTo(Step.COMMITTED) >= 0;
    assertThat(effects(value)).isEqualTo(tookEffect ? 1 : 0);

    Executed executed = untilDone(fixture.activities(), id, fixture.digest(id));
    assertThat(executed).isEqualTo(new Executed(ActionStatus.SUCCEEDED, tookEffect));
    assertThat(effects(value)).isEqualTo(1);
    assertThat(fixture.vault.read(id).orElseThrow()).contains("\"rows\":[[" + value + "]]");
    Outcome outcome = Objects.requireNonNull(fixture.row(id).outcome());
    assertThat(outcome.rows()).isEqualTo(1);
    assertThat(outcome.guarantee()).isEqualTo(guarantee().name().toLowerCase(Locale.ROOT));
    List<String> evidence = fixture.evidence(id);
    assertThat(evidence).filteredOn(body -> body.contains("action.succeeded")).hasSize(1);
    assertThat(evidence).filteredOn(body -> body.contains("action.executing")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void alteredAfterACrashIsNeverRun(Step instant) throws Exception {
    ActionId id = insert();
    int value = next;
    Digest digest = fixture.digest(id);
    ExecutionActivitiesImpl dying =
        fixture.activities(
            (step, action) -> {
              if (step == instant) {
                throw new Crash();
              }
            });
    assertThatThrownBy(() -> dying.execute(id, digest)).isInstanceOf(Crash.class);
    fixture
        .control
        .database()
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    update action set arguments =
                      '{"kind":"execute_sql","sql":"delete from effect where $1::text is null",'
                      || '"params":["x"]}'
                    where id = ?
                    """,
                    id.value()));
    boolean tookEffect = instant.compareTo(Step.COMMITTED) >= 0;
    assertThat(untilDone(fixture.activities(), id, digest).status())
        .isEqualTo(tookEffect ? ActionStatus.SUCCEEDED : ActionStatus.FAILED);
    assertThat(effects(value)).isEqualTo(tookEffect ? 1 : 0);
  }

  @Test
  void eightWorkersAtOnceLeaveOneEffect() throws Exception {
    for (int round = 0; round < 5; round++) {
      ActionId id = insert();
      Digest digest = fixture.digest(id);
      List<Callable<Executed>> workers = new ArrayList<>();
      CountDownLatch go = new CountDownLatch(1);
      for (int i = 0; i < 8; i++) {
        workers.add(
            () -> {
              go.await();
              return untilDone(fixture.activities(), id, digest);
            });
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
        List<Future<Executed>> running = workers.stream().map(threads::submit).toList();
        go.countDown();
        for (Future<Executed> worker : running) {
          assertThat(worker.get().status()).isEqualTo(ActionStatus.SUCCEEDED);
        }
      }
      assertThat(effects(next)).isEqualTo(1);
      assertThat(fixture.evidence(id))
          .filteredOn(body -> body.contains("action.succeeded"))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FENCED", "MARKED", "RECORDED", "RAN", "PENDING", "COMMITTED"})
  void pausedWorkerThatWakesChangesNothingMore(Step instant) throws Exception {
    ActionId id = insert();
    int value = next;
    Digest digest = fixture.digest(id);
    CountDownLatch paused = new CountDownLatch(1);
    CountDownLatch wake = new CountDownLatch(1);
    ExecutionActivitiesImpl sleeper =
        fixture.activities(
            (step, action) -> {
              if (step == instant) {
                paused.countDown();
                try {
                  wake.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Executed> first =
          thread.submit(
              () -> {
                try {
                  return sleeper.execute(id, digest);
                } catch (ApplicationFailure refused) {
                  return untilDone(fixture.activities(), id, digest);
                }
              });
      paused.await();
      if (instant == Step.MARKED) {
        // Nobody knows this backend yet; its idle transaction ends by the target's own clock.
        wake.countDown();
      }
      Executed second = untilDone(fixture.activities(), id, digest);
      assertThat(second.status()).isEqualTo(ActionStatus.SUCCEEDED);
      wake.countDown();
      assertThat(first.get().status()).isEqualTo(ActionStatus.SUCCEEDED);
    }
    assertThat(effects(value)).isEqualTo(1);
    assertThat(fixture.evidence(id))
        .filteredOn(body -> body.contains("action.succeeded"))
        .hasSize(1);
  }

  @Test
  void backendThatDiesBeforeCommitLeavesOneEffect() throws Exception {
    ActionId id = insert();
    AtomicBoolean once = new AtomicBoolean();
    ExecutionActivitiesImpl unlucky =
        fixture.activities(
            (step, action) -> {
              if (step == Step.PENDING && once.compareAndSet(false, true)) {
                try {
                  fixture.sql(
                      "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                          + " where application_name like 'countersign:"
                          + id
                          + ":%'");
                } catch (java.sql.SQLException e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    assertThatThrownBy(() -> unlucky.execute(id, fixture.digest(id)))
        .isInstanceOf(ApplicationFailure.class);
    assertThat(effects(next)).isZero();
    assertThat(untilDone(unlucky, id, fixture.digest(id)))
        .isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(effects(next)).isEqualTo(1);
  }

  @Test
  void costOfAnExecutionIsPrinted() throws Exception {
    int rounds = Integer.getInteger("countersign.rounds", 60);
    ExecutionActivitiesImpl activities = fixture.activities();
    long[] reads = new long[rounds];
    long[] writes = new long[rounds];
    long[] plainReads = new long[rounds];
    long[] plainWrites = new long[rounds];
    try (var connection = fixture.admin();
        var read = connection.prepareStatement("select id, name from customers where id = 7");
        var write = connection.prepareStatement("update orders set status = 'b' where id = 7")) {
      for (int i = 0; i < rounds; i++) {
        ActionId reading =
            fixture.approved(StatementClass.READ, "select id, name from customers where id = 7");
        ActionId writing =
            fixture.approved(StatementClass.WRITE, "update orders set status = 'a' where id = 7");
        Digest readingDigest = fixture.digest(reading);
        Digest writingDigest = fixture.digest(writing);
        reads[i] = timed(() -> activities.execute(reading, readingDigest));
        writes[i] = timed(() -> activities.execute(writing, writingDigest));
        plainReads[i] = timed(read::execute);
        plainWrites[i] = timed(write::execute);
      }
    }
    System.out.printf(
        "p50 read %.2f ms (plain %.2f ms), write by %s %.2f ms (plain %.2f ms)%n",
        median(reads), median(plainReads), guarantee(), median(writes), median(plainWrites));
    assertThat(fixture.count("select count(*) from orders where status = 'b'")).isEqualTo(1);
  }

  private static long timed(Callable<?> work) throws Exception {
    long start = System.nanoTime();
    work.call();
    return System.nanoTime() - start;
  }

  private static double median(long[] nanos) {
    // The second half: the first warms the machine up.
    long[] warm = Arrays.copyOfRange(nanos, nanos.length / 2, nanos.length);
    Arrays.sort(warm);
    return warm[warm.length / 2] / 1e6;
  }
}
