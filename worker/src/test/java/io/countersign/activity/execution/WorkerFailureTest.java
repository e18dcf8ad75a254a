package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.targets.TargetConfig.Guarantee;
import io.countersign.sql.StatementClass;
import io.countersign.worker.engine.CountersignProcess;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows in which the worker, its control database or its engine fail. */
class WorkerFailureTest extends FailureTable {
  @TempDir private static Path installations;

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row01CrashBeforeTheFence(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    Gate dying =
        action -> {
          throw new Crash();
        };
    var activities = fixture.activities(fixture.target, dying, ExecutionProbe.NONE);
    assertThatThrownBy(() -> activities.execute(id, fixture.digest(id))).isInstanceOf(Crash.class);
    assertOnce(fixture, id, next, false);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row02CrashAfterTheFence(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    crash(fixture, id, Step.FENCED);
    assertOnce(fixture, id, next, false);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row03CrashBeforeTheAttemptIsRecorded(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    crash(fixture, id, Step.MARKED);
    assertOnce(fixture, id, next, false);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row04AttemptRecordedReplyLost(Guarantee guarantee) throws Exception {
    pausedThenSecond(guarantee, Step.RECORDED);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row05WorkerGoneWhileTheStatementRuns(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    next++;
    ActionId id =
        fixture.approved(
            StatementClass.WRITE,
            "insert into effect select $1 from pg_sleep(5) returning id",
            String.valueOf(next));
    var lost = threads.submit(() -> fixture.activities().execute(id, fixture.digest(id)));
    String asleep =
        "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
            + " and application_name = 'countersign:"
            + id
            + ":1'";
    while (fixture.count(asleep) == 0) {
      Thread.sleep(20);
    }
    assertOnce(fixture, id, next, false);
    assertThatThrownBy(lost::get).hasRootCauseInstanceOf(ApplicationFailure.class);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row06WorkerGoneAfterTheStatement(Guarantee guarantee) throws Exception {
    pausedThenSecond(guarantee, Step.RAN);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row07CommitSentNotProcessed(Guarantee guarantee) throws Exception {
    pausedThenSecond(guarantee, Step.PENDING);
  }

  private void pausedThenSecond(Guarantee guarantee, Step instant) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    int value = next;
    Paused first = new Paused(fixture, id, instant);
    assertOnce(fixture, id, value, false);
    first.wakesAndChangesNothing();
    assertHappenedOnce(fixture, id, value);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row08CommitAcknowledgementLost(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    crash(fixture, id, Step.COMMITTED);
    assertOnce(fixture, id, next, true);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row10CrashBeforeTheClosingStatement(Guarantee guarantee) throws Exception {
    pausedAfterCommit(guarantee);
  }

  private void pausedAfterCommit(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    int value = next;
    Paused first = new Paused(fixture, id, Step.COMMITTED);
    assertOnce(fixture, id, value, true);
    first.wakesAndChangesNothing();
    assertHappenedOnce(fixture, id, value);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row11CrashAfterTheClosingStatement(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    crash(fixture, id, Step.CLOSED);
    assertOnce(fixture, id, next, true);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row16ControlDatabaseDownWhenTheAttemptIsRecorded(Guarantee guarantee) throws Exception {
    controlDownAt(Step.MARKED, guarantee, false);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row17ControlDatabaseDownWhenTheActionIsClosed(Guarantee guarantee) throws Exception {
    controlDownAt(Step.COMMITTED, guarantee, true);
  }

  private void controlDownAt(Step instant, Guarantee guarantee, boolean before) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    Digest digest = fixture.digest(id);
    var activities =
        fixture.activities(
            (step, action) -> {
              if (step == instant) {
                control.stop(true);
              }
            });
    assertThatThrownBy(() -> activities.execute(id, digest)).isInstanceOf(ApplicationFailure.class);
    assertThatThrownBy(() -> fixture.activities().execute(id, digest))
        .isInstanceOf(ApplicationFailure.class);
    startControl();
    assertOnce(fixture, id, next, before);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row18PausedWorkerWakesAfterTheSecondAttemptRan(Guarantee guarantee) throws Exception {
    pausedThenSecond(guarantee, Step.FENCED);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row19DuplicateRunFindsThatItIsDone(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    ActionId id = insert(fixture);
    int value = next;
    assertOnce(fixture, id, value, false);
    assertOnce(fixture, id, value, true);
  }

  /** What the restored database forgot would run again: nothing but its anchor remembers. */
  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"LEDGER", "XID"})
  void row22ControlDatabaseRestoredFromAnOldBackup(Guarantee guarantee) throws Exception {
    ExecutionFixture fixture = fixture(guarantee);
    AnchoredInstallation installation =
        new AnchoredInstallation(fixture.control, Files.createDirectory(folder(guarantee)));
    ActionId id = insert(fixture);
    int value = next;
    installation.anchorEvidence();
    control.backUp();
    awaitControl();
    assertOnce(fixture, id, value, false);
    installation.anchorEvidence();

    control.restore();
    awaitControl();
    assertThat(fixture.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    assertThatThrownBy(
            () ->
                CountersignProcess.run("worker", installation.config(), installation.environment()))
        .hasMessageContaining("config.yml: audit.anchors: the log holds ")
        .hasMessageContaining("the database is older than its anchor");
    String effects = "select count(*) from effect where id = " + value;
    assertThat(fixture.count(effects)).isEqualTo(1);
    assertThat(fixture.row(id).status()).isEqualTo(ActionStatus.APPROVED);

    // Were it to start, only a ledger in the target would know.
    var unused = fixture.untilDone(fixture.activities(), id);
    assertThat(fixture.count(effects)).isEqualTo(guarantee == Guarantee.LEDGER ? 1 : 2);
  }

  private Path folder(Guarantee guarantee) {
    return installations.resolve(guarantee.name());
  }
}
