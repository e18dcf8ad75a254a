package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.targets.CredentialSource;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Settings;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ExecutionDao;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Time limits, stops, and statements that cannot be tried twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecutionGuardTest {
  private static final Settings HASTY =
      new Settings(Duration.ofMillis(300), Duration.ofMillis(700), 1 << 20);
  private static final String SLOW = "insert into effect select $1 from pg_sleep(%d)";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ExecutionFixture fixture;
  private TargetDatabase hasty;

  @BeforeAll
  void open() throws Exception {
    fixture = new ExecutionFixture();
    hasty = fixture.target(fixture.config.url(), Guarantee.AUTO, HASTY);
  }

  @AfterAll
  void close() {
    threads.shutdownNow();
    hasty.close();
    fixture.close();
  }

  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  private ActionError error(ActionId id) {
    return Objects.requireNonNull(fixture.row(id).error());
  }

  private long effects(int value) throws Exception {
    return fixture.count("select count(*) from effect where id = " + value);
  }

  private ActionId write(String sql, int value) {
    return fixture.approved(StatementClass.WRITE, sql, String.valueOf(value));
  }

  private void crashAt(Step instant, ActionId id) {
    ExecutionActivitiesImpl dying =
        fixture.activities(
            (step, action) -> {
              if (step == instant) {
                throw new Crash();
              }
            });
    assertThatThrownBy(() -> dying.execute(id, fixture.digest(id))).isInstanceOf(Crash.class);
  }

  @Test
  void statementBeyondItsTimeIsRolledBack() throws Exception {
    ActionId id =
        fixture.approved(
            Options.PLAIN.timeout(Duration.ofMillis(200)),
            StatementClass.WRITE,
            SLOW.formatted(30),
            "701");
    assertThat(fixture.untilDone(fixture.activities(), id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).message()).contains("57014");
    assertThat(effects(701)).isZero();
  }

  @Test
  void lockThatIsNotGrantedInTimeIsRolledBack() throws Exception {
    try (Connection other = fixture.admin()) {
      other.setAutoCommit(false);
      other.createStatement().execute("lock table effect in exclusive mode");
      ActionId id = write("insert into effect values ($1)", 702);
      assertThat(fixture.untilDone(fixture.activities(hasty, ExecutionProbe.NONE), id).status())
          .isEqualTo(ActionStatus.FAILED);
      assertThat(error(id).message()).contains("55P03");
      assertThat(error(id).retry()).isEqualTo(ActionError.Retry.AFTER);
    }
    assertThat(effects(702)).isZero();
  }

  @Test
  void silentWorkersTransactionIsEndedByTheTarget() throws Exception {
    ActionId id = write("insert into effect values ($1)", 703);
    CountDownLatch once = new CountDownLatch(1);
    ExecutionActivitiesImpl silent =
        fixture.activities(
            hasty,
            (step, action) -> {
              if (step == Step.RAN && once.getCount() == 1) {
                once.countDown();
                awaitNoBackend(id);
              }
            });
    assertThatThrownBy(() -> silent.execute(id, fixture.digest(id)))
        .isInstanceOf(ApplicationFailure.class);
    assertThat(effects(703)).isZero();
    assertThat(fixture.untilDone(silent, id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(effects(703)).isEqualTo(1);
  }

  private void awaitNoBackend(ActionId id) {
    String query =
        "select count(*) from pg_stat_activity where application_name like 'countersign:%s:%%'"
            .formatted(id);
    try {
      while (fixture.count(query) > 0) {
        Thread.sleep(20);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitRunning(ActionId id) throws Exception {
    String query =
        """
        select count(*) from pg_stat_activity
        where application_name like 'countersign:%s:%%' and wait_event = 'PgSleep'
        """
            .formatted(id);
    while (fixture.count(query) == 0) {
      Thread.sleep(20);
    }
  }

  @Test
  void stopWhileTheStatementRunsLeavesNothing() throws Exception {
    ActionId id = write(SLOW.formatted(60), 704);
    Future<Executed> running = threads.submit(() -> fixture.untilDone(fixture.activities(), id));
    awaitRunning(id);
    assertThat(fixture.askStop(id)).isTrue();
    assertThat(running.get().status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.CANCELLED);
    assertThat(effects(704)).isZero();
    assertThat(fixture.askStop(id)).isFalse();
  }

  @Test
  void readCanBeStoppedToo() throws Exception {
    ActionId id = fixture.approved(StatementClass.READ, "select 1 from pg_sleep(60)");
    Future<Executed> running = threads.submit(() -> fixture.untilDone(fixture.activities(), id));
    awaitRunning(id);
    fixture.askStop(id);
    assertThat(running.get().status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.CANCELLED);
  }

  @Test
  void stopOnceTheCommitIsOnItsWayComesTooLate() throws Exception {
    ActionId id = write("insert into effect values ($1)", 705);
    ExecutionActivitiesImpl activities =
        fixture.activities(
            (step, action) -> {
              if (step == Step.PENDING) {
                assertThat(fixture.askStop(id)).isTrue();
              }
            });
    assertThat(fixture.untilDone(activities, id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(effects(705)).isEqualTo(1);
  }

  @Test
  void stopBeforeTheCommitIsInTime() throws Exception {
    for (Step instant : new Step[] {Step.FENCED, Step.MARKED, Step.RECORDED, Step.RAN}) {
      ActionId id = write("insert into effect values ($1)", 706);
      ExecutionActivitiesImpl activities =
          fixture.activities(
              (step, action) -> {
                if (step == instant) {
                  assertThat(fixture.askStop(id)).isTrue();
                }
              });
      assertThat(fixture.untilDone(activities, id).status()).isEqualTo(ActionStatus.FAILED);
      assertThat(error(id).code()).isEqualTo(Code.CANCELLED);
    }
    assertThat(effects(706)).isZero();
  }

  @Test
  void stopAfterTheWorkerDiedIsKept() throws Exception {
    ActionId undone = write("insert into effect values ($1)", 707);
    crashAt(Step.PENDING, undone);
    fixture.askStop(undone);
    assertThat(fixture.untilDone(fixture.activities(), undone).status())
        .isEqualTo(ActionStatus.FAILED);
    assertThat(error(undone).code()).isEqualTo(Code.CANCELLED);
    ActionId done = write("insert into effect values ($1)", 708);
    crashAt(Step.COMMITTED, done);
    fixture.askStop(done);
    assertThat(fixture.untilDone(fixture.activities(), done).status())
        .isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(effects(707)).isZero();
    assertThat(effects(708)).isEqualTo(1);
  }

  @Test
  void autoTakesTheLedgerThenTheTransactionId() throws Exception {
    ActionId first = write("insert into effect values ($1)", 709);
    fixture.untilDone(fixture.activities(hasty, ExecutionProbe.NONE), first);
    assertThat(guarantee(first)).isEqualTo("ledger");
    assertThat(hasty.expectedGuarantee(StatementClass.WRITE, java.util.List.of()))
        .isEqualTo("ledger");
    fixture.sql("alter table countersign.execution rename to hidden");
    try {
      ActionId second = write("insert into effect values ($1)", 710);
      fixture.untilDone(fixture.activities(hasty, ExecutionProbe.NONE), second);
      assertThat(guarantee(second)).isEqualTo("xid");
      ActionId demanded = write("insert into effect values ($1)", 711);
      fixture.untilDone(fixture.activities(), demanded);
      assertThat(error(demanded).code()).isEqualTo(Code.UNAVAILABLE);
    } finally {
      fixture.sql("alter table countersign.hidden rename to execution");
    }
    assertThat(effects(711)).isZero();
    assertThat(fixture.evidence(first).getLast()).contains("\"guarantee\":\"ledger\"");
  }

  private String guarantee(ActionId id) {
    return Objects.requireNonNull(fixture.row(id).outcome()).guarantee();
  }

  @Test
  void attemptWhoseLedgerWentAwayNeedsPeople() throws Exception {
    ActionId id = write("insert into effect values ($1)", 712);
    crashAt(Step.PENDING, id);
    fixture.sql("alter table countersign.execution rename to hidden");
    try {
      ExecutionActivitiesImpl activities = fixture.activities(hasty, ExecutionProbe.NONE);
      assertThat(fixture.untilDone(activities, id).status())
          .isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    } finally {
      fixture.sql("alter table countersign.hidden rename to execution");
    }
    assertThat(fixture.doubt(id).orElseThrow().probe()).contains(id.value());
    assertThat(effects(712)).isZero();
  }

  @Test
  void indexIsCreatedConcurrentlyOnceAndOutsideATransaction() throws Exception {
    ActionId id =
        fixture.approved(
            StatementClass.DDL, "create index concurrently made_once on public.indexed (id)");
    assertThat(fixture.untilDone(fixture.activities(hasty, ExecutionProbe.NONE), id))
        .isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(guarantee(id)).isEqualTo("at_most_once");
    assertThat(hasty.expectedGuarantee(StatementClass.DDL, fixture.row(id).arguments().steps()))
        .isEqualTo("at_most_once");
    assertThat(
            fixture.count(
                "select count(*) from pg_index where indisvalid"
                    + " and indexrelid = 'public.made_once'::regclass"))
        .isEqualTo(1);
  }

  @Test
  void interruptedConcurrentIndexNeedsPeopleAndIsNotTriedAgain() throws Exception {
    try (Connection other = fixture.admin()) {
      other.setAutoCommit(false);
      other.createStatement().execute("insert into indexed values (1)");
      TargetDatabase patient =
          fixture.target(fixture.config.url(), Guarantee.AUTO, Settings.DEFAULT);
      ActionId id =
          fixture.approved(
              StatementClass.DDL, "create index concurrently left_over on public.indexed (id)");
      Future<?> running =
          threads.submit(
              () ->
                  fixture.activities(patient, ExecutionProbe.NONE).execute(id, fixture.digest(id)));
      while (fixture.count("select count(*) from pg_index where not indisvalid") == 0) {
        Thread.sleep(20);
      }
      fixture.sql(
          "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
              + " where application_name like 'countersign:"
              + id
              + ":%'");
      assertThatThrownBy(running::get).hasRootCauseInstanceOf(ApplicationFailure.class);
      assertThat(fixture.untilDone(fixture.activities(hasty, ExecutionProbe.NONE), id).status())
          .isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
      assertThat(fixture.row(id).fence()).isEqualTo(2);
      assertThat(fixture.doubt(id).orElseThrow().why()).contains("1 indexes are not valid");
      assertThat(fixture.doubt(id).orElseThrow().probe()).contains("indisvalid");
      patient.close();
    }
    fixture.sql("drop index left_over");
  }

  @Test
  void staleAttemptCannotCallItFailed() throws Exception {
    ActionId id = write("insert into effect values ($1)", 713);
    crashAt(Step.FENCED, id);
    crashAt(Step.COMMITTED, id);
    ExecutionRecorder recorder =
        new ExecutionRecorder(
            fixture.control.database().jdbi(),
            fixture.store,
            fixture.vault,
            java.time.Clock.systemUTC());
    ActionError error = new ActionError(Code.SQL_ERROR, "stale", ActionError.Retry.NEVER);
    boolean failed =
        recorder.fail(
            fixture.row(id),
            java.util.Set.of(ActionStatus.EXECUTING),
            "ledger",
            1,
            new ExecutionRecorder.Failure(error, null));
    assertThat(failed).isFalse();
    assertThat(fixture.untilDone(fixture.activities(), id).status())
        .isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void whoTakesTheFenceSeesTheAttemptThatIsJustBeingRecorded() throws Exception {
    ActionId id = write("insert into effect values ($1)", 714);
    crashAt(Step.FENCED, id);
    var jdbi = fixture.control.database().jdbi();
    var attempt =
        new ExecutionDao.Attempt(
            id.value(), 1, 1, Instant.now(), 1, "1", "ledger", "1", null, null, null, null);
    List<Integer> seen =
        jdbi.inTransaction(
            handle -> {
              assertThat(handle.attach(ExecutionDao.class).open(attempt)).isEqualTo(1);
              CountDownLatch asking = new CountDownLatch(1);
              Future<Integer> other =
                  threads.submit(
                      () ->
                          jdbi.inTransaction(
                              next -> {
                                asking.countDown();
                                next.attach(ActionDao.class).takeFence(id.value(), Instant.now());
                                return next.attach(ExecutionDao.class).open(id.value()).size();
                              }));
              asking.await();
              while (!other.isDone() && waiting(handle) == 0) {
                Thread.sleep(10);
              }
              handle.commit();
              return List.of(other.get());
            });
    assertThat(seen).containsExactly(1);
  }

  private static int waiting(Handle handle) {
    String sql =
        "select count(*) from pg_stat_activity"
            + " where datname = current_database() and wait_event_type = 'Lock'";
    return handle.createQuery(sql).mapTo(Integer.class).one();
  }

  @Test
  void everyConnectionAsksForItsLogin() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CredentialSource lent =
        type -> {
          asked.countDown();
          return fixture.config.credentials().login(type);
        };
    try (var target = new TargetDatabase("shop", fixture.config, lent, HASTY)) {
      ActionId id = write("insert into effect values ($1)", 715);
      fixture.untilDone(fixture.activities(target, ExecutionProbe.NONE), id);
    }
    assertThat(effects(715) + asked.getCount()).isEqualTo(1);
  }
}
