package io.countersign.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The workflow stays with a granted role until it is taken back; with time skipping. */
class GrantWorkflowTest {
  private static final Duration AN_HOUR = Duration.ofHours(1);

  private final FakeDesk desk = new FakeDesk();
  private final Roles roles = new Roles();
  private final ActionId id = ActionId.random();
  private TestWorkflowEnvironment environment;
  private ActionEngine engine;

  /** Stands in for the target and the table of grants. */
  private final class Roles implements GrantActivities {
    private final List<Instant> tries = new ArrayList<>();
    private boolean inForce = true;
    private boolean revoked;
    private int failing;
    private Instant given = Instant.EPOCH;

    @Override
    public synchronized Grant standing(ActionId action) {
      return new Grant(inForce, revoked ? Instant.EPOCH : given.plus(AN_HOUR));
    }

    @Override
    public synchronized Grant takeBack(ActionId action) {
      tries.add(now());
      if (failing > 0) {
        failing--;
        throw ApplicationFailure.newFailure(action.value(), "UNAVAILABLE");
      }
      inForce = false;
      return standing(action);
    }

    synchronized void revoke() {
      revoked = true;
    }

    synchronized List<Instant> tries() {
      return List.copyOf(tries);
    }
  }

  @BeforeEach
  void startEngine() {
    environment = TestWorkflowEnvironment.newInstance();
    TemporalConnection.searchAttributes().forEach(environment::registerSearchAttribute);
    Worker worker = environment.newWorker("countersign");
    worker.registerWorkflowImplementationTypes(ActionWorkflowImpl.class);
    worker.registerActivitiesImplementations(desk, desk.new Chat(), roles);
    environment.start();
    engine =
        new ActionEngine(environment.getWorkflowClient(), "countersign", "http://localhost:8080");
    desk.status = ActionStatus.APPROVED;
    roles.given = now();
  }

  @AfterEach
  void stopEngine() {
    engine.close();
    environment.close();
  }

  @Test
  void roleIsTakenBackWhenItsTimeIsOver() {
    start("grant_role");
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(roles.tries()).hasSize(1);
    assertThat(roles.tries().getFirst()).isAfterOrEqualTo(roles.given.plus(AN_HOUR));
    assertThat(desk.executions).isEqualTo(1);
  }

  @Test
  void askedForItIsTakenBackAtOnce() {
    start("grant_role");
    environment.sleep(Duration.ofMinutes(5));
    assertThat(roles.tries()).isEmpty();
    roles.revoke();
    engine.look(id);
    result();
    assertThat(roles.tries()).hasSize(1);
    assertThat(roles.tries().getFirst()).isBefore(roles.given.plus(AN_HOUR));
  }

  @Test
  void peopleAreToldWhenItCannotBeTakenBackAndItIsTriedForEver() {
    roles.failing = 40;
    start("grant_role");
    result();
    assertThat(roles.tries()).hasSize(41);
    assertThat(Duration.between(roles.tries().get(39), roles.tries().get(40)))
        .isGreaterThan(Duration.between(roles.tries().get(0), roles.tries().get(1)));
    assertThat(desk.calls()).contains("refresh");
  }

  @Test
  void otherKindsEndWithTheirExecution() {
    start("execute_sql");
    result();
    assertThat(roles.tries()).isEmpty();
  }

  @Test
  void workflowThatIsStartedAnewAfterTheEndTakesItBackAtOnce() {
    desk.status = ActionStatus.SUCCEEDED;
    roles.given = now().minus(Duration.ofHours(2));
    start("grant_role");
    result();
    assertThat(desk.executions).isZero();
    assertThat(roles.tries()).hasSize(1);
  }

  private Instant now() {
    return Instant.ofEpochMilli(environment.currentTimeMillis());
  }

  private void start(String kind) {
    engine.start(id, kind, "shop", FakeDesk.DIGEST, "agent-1");
  }

  private Executed result() {
    WorkflowStub workflow = environment.getWorkflowClient().newUntypedWorkflowStub(id.value());
    return workflow.getResult(Executed.class);
  }
}
