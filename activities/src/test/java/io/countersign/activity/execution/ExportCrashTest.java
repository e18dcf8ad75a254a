package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.ExportData.Format;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.store.action.ExecutionDao;
import io.countersign.store.action.Outcome;
import io.countersign.store.result.ArtifactVault;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stops an export at an instant, or what it works with, and looks at the file that comes of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportCrashTest {
  private static final String MANY =
      "select i, 'text ' || i as t from generate_series(1, 60000) i order by i";

  private ExportFixture exports;
  private ExecutionFixture fixture;

  @BeforeAll
  void open() throws Exception {
    exports = new ExportFixture();
    fixture = exports.databases;
  }

  @AfterAll
  void close() {
    exports.close();
  }

  private Executed execute(ActionId id) {
    return fixture.activities().execute(id, fixture.digest(id));
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FENCED", "RAN", "PENDING", "CLOSED"})
  void crashAtAnyInstantLeavesOneFile(Step instant) throws Exception {
    ActionId id = exports.export(Format.CSV, MANY);
    ExecutionActivitiesImpl dying =
        fixture.activities(
            (step, action) -> {
              if (step == instant) {
                throw new OutOfMemoryError("as good as dead");
              }
            });
    assertThatThrownBy(() -> dying.execute(id, fixture.digest(id)))
        .isInstanceOf(OutOfMemoryError.class);
    boolean isDone = instant == Step.CLOSED;
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, isDone));
    String file = exports.file(id);
    Outcome outcome = Objects.requireNonNull(fixture.row(id).outcome());
    assertThat(Digest.sha256(file).value()).isEqualTo(outcome.resultSha256());
    assertThat(file.lines()).hasSize(60_001);
    assertThat(exports.files(id)).isEqualTo(1);
    assertThat(fixture.evidence(id))
        .filteredOn(body -> body.contains("action.succeeded"))
        .hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FENCED", "RAN", "PENDING"})
  void pausedWorkerThatWakesAddsNothing(Step instant) throws Exception {
    ActionId id = exports.export(Format.CSV, MANY);
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
    Digest digest = fixture.digest(id);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<ActionStatus> first =
          thread.submit(
              () -> {
                try {
                  return sleeper.execute(id, digest).status();
                } catch (ApplicationFailure refused) {
                  return fixture.activities().execute(id, digest).status();
                }
              });
      paused.await();
      assertThat(execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
      wake.countDown();
      assertThat(first.get()).isEqualTo(ActionStatus.SUCCEEDED);
    }
    String file = exports.file(id);
    assertThat(Digest.sha256(file).value())
        .isEqualTo(Objects.requireNonNull(fixture.row(id).outcome()).resultSha256());
    assertThat(exports.files(id)).isEqualTo(1);
  }

  @Test
  void backendThatDiesInTheMiddleIsTriedAgain() throws Exception {
    ActionId id =
        exports.export(Format.CSV, "select pg_sleep(0.002), i from generate_series(1, 5000) i");
    Digest digest = fixture.digest(id);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Executed> running = thread.submit(() -> execute(id));
      while (fixture.progress.of(id) == null) {
        Thread.onSpinWait();
      }
      fixture.endSessions();
      assertThatThrownBy(running::get).hasCauseInstanceOf(ApplicationFailure.class);
    }
    assertThat(fixture.row(id).status()).isEqualTo(ActionStatus.EXECUTING);
    assertThat(fixture.artifacts.find(id).orElseThrow().state())
        .isEqualTo(ArtifactVault.State.WRITING);
    assertThat(exports.take(id)).isEmpty();
    assertThat(fixture.activities().execute(id, digest).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(exports.file(id).lines()).hasSize(5_001);
    assertThat(exports.files(id)).isEqualTo(1);
  }

  @Test
  void exportThatIsStoppedLeavesNothing() throws Exception {
    ActionId id =
        exports.export(Format.CSV, "select pg_sleep(0.001), i from generate_series(1, 50000) i");
    Digest digest = fixture.digest(id);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Executed> running = thread.submit(() -> fixture.activities().execute(id, digest));
      while (fixture.progress.of(id) == null) {
        Thread.onSpinWait();
      }
      fixture
          .control
          .database()
          .jdbi()
          .useExtension(ExecutionDao.class, dao -> dao.askStop(id.value(), Instant.now()));
      assertThat(running.get()).isEqualTo(new Executed(ActionStatus.FAILED, false));
    }
    assertThat(Objects.requireNonNull(fixture.row(id).error()).code()).isEqualTo(Code.CANCELLED);
    assertThat(exports.take(id)).isEmpty();
    assertThat(exports.pieces(id)).isZero();
  }
}
