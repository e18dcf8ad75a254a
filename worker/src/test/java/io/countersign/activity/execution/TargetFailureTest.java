package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.StatementClass;
import io.countersign.worker.engine.PgBouncer;
import io.temporal.failure.ApplicationFailure;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows in which the target fails, or is not what it was. */
class TargetFailureTest extends FailureTable {

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row09CommitWaitsForASynchronousStandby(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    int value = next;
    fixture.sql("alter system set synchronous_standby_names = 'nobody'");
    fixture.sql("select pg_reload_conf()");
    try {
      var waiting = threads.submit(() -> fixture.activities().execute(id, fixture.digest(id)));
      while (fixture.count("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
          == 0) {
        Thread.sleep(20);
      }
      assertOnce(fixture, id, value, true);
      assertThat(fixture.evidence(id).getLast()).contains("standby had not confirmed");
      assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(ApplicationFailure.class);
    } finally {
      fixture.sql("alter system reset synchronous_standby_names");
      fixture.sql("select pg_reload_conf()");
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row12TargetCrashesAfterItsLogWasFlushed(Guarantee guarantee) throws Exception {
    for (Step instant : List.of(Step.RAN, Step.PENDING, Step.COMMITTED)) {
      ExecutionFixture fixture = fixture(guarantee);
      ActionId id = insert(fixture);
      Paused first = new Paused(fixture, id, instant);
      foreignTraffic(fixture, 3);
      target.stop(true);
      target.start();
      foreignTraffic(fixture, 50);
      first.wakesAndFindsTheTargetGone();
      assertOnce(fixture, id, next, instant == Step.COMMITTED);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row13TargetCrashesBeforeItsLogWasFlushed(Guarantee guarantee) throws Exception {
    for (Step instant : List.of(Step.RECORDED, Step.RAN)) {
      ExecutionFixture fixture = fixture(guarantee);
      ActionId id = insert(fixture);
      Paused first = new Paused(fixture, id, instant);
      target.stop(true);
      target.start();
      foreignTraffic(fixture, 50);
      first.wakesAndFindsTheTargetGone();
      assertOnce(fixture, id, next, false);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"PENDING", "COMMITTED"})
  void row14FailoverToAnotherTimeline(Step instant) throws Exception {
    ExecutionFixture byXid = fixture(Guarantee.XID);
    ExecutionFixture byLedger = fixture(Guarantee.LEDGER);
    ActionId doubted = insert(byXid);
    int doubtedValue = next;
    crash(byXid, doubted, instant);
    ActionId marked = insert(byLedger);
    int markedValue = next;
    crash(byLedger, marked, instant);
    target.becomeStandby();
    target.promote();
    assertDoubt(byXid, doubted, doubtedValue, "pg_xact_status");
    assertOnce(byLedger, marked, markedValue, instant == Step.COMMITTED);
  }

  @Test
  void row15TransactionIdTooOldToBeKnown() throws Exception {
    ExecutionFixture fixture = fixture(Guarantee.XID);
    ActionId id = insert(fixture);
    int value = next;
    crash(fixture, id, Step.COMMITTED);
    forgetTransactions(fixture);
    assertDoubt(fixture, id, value, "pg_xact_status");
  }

  private void forgetTransactions(ExecutionFixture fixture) throws Exception {
    target.skipTransactions(3L << 20);
    fixture.sql("update pg_database set datallowconn = true where datname = 'template0'");
    foreignTraffic(fixture, 3);
    for (String database :
        List.of(
            "postgres", "template0", "template1", name(Guarantee.LEDGER), name(Guarantee.XID))) {
      try (Connection connection =
              DriverManager.getConnection(
                  target.jdbcUrl(database), target.user(), target.password());
          var statement = connection.createStatement()) {
        statement.execute("vacuum freeze");
      }
    }
  }

  private String name(Guarantee guarantee) {
    return fixture(guarantee).name();
  }

  @Test
  void row15TransactionIdOfTheFutureAfterARestore() throws Exception {
    ExecutionFixture fixture = fixture(Guarantee.XID);
    ActionId id = insert(fixture);
    int value = next;
    crash(fixture, id, Step.PENDING);
    fixture
        .control
        .database()
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "update execution_attempt set xid = (xid::bigint + 1000000)::text"
                        + " where action_id = ?",
                    id.value()));
    assertDoubt(fixture, id, value, "pg_xact_status");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row20PreparedTransactionUnderOurId(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    next++;
    int value = next;
    String name = "held_" + guarantee.name().toLowerCase(Locale.ROOT);
    // A statement that people approved without understanding it; its worker dies right after.
    ActionId id =
        fixture.approved(StatementClass.UNKNOWN, "prepare transaction '%s'".formatted(name));
    crashWhen(fixture, id, name);
    assertDoubt(fixture, id, value, "pg_prepared_xacts");
    fixture.sql("rollback prepared '%s'".formatted(name));
  }

  private void crashWhen(ExecutionFixture fixture, ActionId id, String name) throws Exception {
    Digest digest = fixture.digest(id);
    var activities =
        fixture.activities(
            (step, action) -> {
              if (step == Step.RECORDED) {
                control.stop(true);
              }
            });
    assertThatThrownBy(() -> activities.execute(id, digest)).isInstanceOf(ApplicationFailure.class);
    assertThat(
            fixture.count(
                "select count(*) from pg_prepared_xacts where gid = '%s'".formatted(name)))
        .isEqualTo(1);
    startControl();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row21TargetUnreachable(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    crash(fixture, id, Step.COMMITTED);
    target.stop(false);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> fixture.activities().execute(id, fixture.digest(id)))
          .isInstanceOfSatisfying(
              ApplicationFailure.class, e -> assertThat(e.isNonRetryable()).isFalse());
      assertThat(fixture.row(id).status()).isEqualTo(ActionStatus.EXECUTING);
    }
    target.start();
    assertOnce(fixture, id, next, true);
  }

  @Test
  void standbyIsNoTarget() throws Exception {
    ExecutionFixture fixture = fixture(Guarantee.LEDGER);
    ActionId id = insert(fixture);
    target.becomeStandby();
    try {
      assertThatThrownBy(() -> fixture.activities().execute(id, fixture.digest(id)))
          .isInstanceOfSatisfying(
              ApplicationFailure.class, e -> assertThat(e.isNonRetryable()).isFalse());
    } finally {
      target.promote();
    }
    assertOnce(fixture, id, next, false);
  }

  @Test
  void poolInTransactionModeRunsNothingOutsideATransaction() throws Exception {
    ExecutionFixture fixture = fixture(Guarantee.LEDGER);
    ActionId id =
        fixture.approved(
            StatementClass.DDL, "create index concurrently pooled on public.indexed (id)");
    try (PgBouncer pool = PgBouncer.startOrSkip(target, fixture.name() + "_ddl", "ddl-secret");
        TargetDatabase pooled =
            fixture.target(pool.url(fixture.config.url()), Guarantee.AUTO, HASTY)) {
      var activities = fixture.activities(pooled, ExecutionProbe.NONE);
      assertThat(fixture.untilDone(activities, id).status()).isEqualTo(ActionStatus.FAILED);
    }
    assertThat(Objects.requireNonNull(fixture.row(id).error()).message())
        .contains("without a pool");
    assertThat(fixture.count("select count(*) from pg_class where relname = 'pooled'")).isZero();
  }
}
