package io.countersign.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.workflow.ActionEngine.Delivery;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The story of an action on Temporal's test engine, with time skipping. */
class ActionWorkflowTest {
  private final FakeDesk desk = new FakeDesk();
  private final ActionId id = ActionId.random();
  private TestWorkflowEnvironment environment;
  private ActionEngine engine;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void startEngine() {
    environment = TestWorkflowEnvironment.newInstance();
    TemporalConnection.searchAttributes().forEach(environment::registerSearchAttribute);
    Worker worker = environment.newWorker("countersign");
    worker.registerWorkflowImplementationTypes(ActionWorkflowImpl.class);
    worker.registerActivitiesImplementations(desk, desk.new Chat());
    environment.start();
    engine =
        new ActionEngine(environment.getWorkflowClient(), "countersign", "http://localhost:8080");
    desk.asked = Instant.ofEpochMilli(environment.currentTimeMillis());
  }

  @AfterEach
  void stopEngine() {
    engine.close();
    threads.shutdownNow();
    environment.close();
  }

  @Test
  void twoApprovalsExecuteOnce() {
    start();
    assertThat(vote("alice", Decision.APPROVE).counted()).isTrue();
    assertThat(vote("bob", Decision.APPROVE).counted()).isTrue();
    assertThat(result()).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(desk.executions).isEqualTo(1);
    assertThat(desk.calls()).containsSubsequence("judge", "approve", "execute");
  }

  @Test
  void oneVoteIsNotEnough() {
    start();
    vote("alice", Decision.APPROVE);
    vote("alice", Decision.APPROVE);
    environment.sleep(Duration.ofMinutes(30));
    assertThat(desk.calls()).doesNotContain("approve", "execute");
  }

  @Test
  void oneDenialEndsIt() {
    start();
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.DENY);
    assertThat(result().status()).isEqualTo(ActionStatus.DENIED);
    assertThat(desk.calls()).contains("end DENIED").doesNotContain("execute");
  }

  @Test
  void nobodyAnsweringExpiresAndNothingRuns() {
    start();
    assertThat(result().status()).isEqualTo(ActionStatus.EXPIRED);
    assertThat(desk.executions).isZero();
    assertThat(environment.currentTimeMillis())
        .isGreaterThanOrEqualTo(desk.asked.plusSeconds(3600).toEpochMilli());
  }

  @Test
  void remindersAreFiniteAndNoneComesAfterTheEnd() {
    desk.remindSeconds = List.of(600L, 1800L);
    start();
    environment.sleep(Duration.ofMinutes(20));
    vote("bob", Decision.DENY);
    result();
    environment.sleep(Duration.ofHours(3));
    assertThat(desk.calls()).containsOnlyOnce("remind 1", "tell remind 1");
    assertThat(desk.calls()).doesNotContain("remind 2");
  }

  @Test
  void escalationHappensOnceAndKeepsTheSeats() {
    desk.escalateSeconds = List.of(900L);
    start();
    environment.sleep(Duration.ofMinutes(20));
    assertThat(desk.calls()).containsOnlyOnce("escalate 1", "tell escalate 1");
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void cancellingTheRowEndsTheWorkflow() {
    start();
    vote("alice", Decision.APPROVE);
    desk.becomes(ActionStatus.CANCELLED);
    engine.look(id);
    assertThat(result().status()).isEqualTo(ActionStatus.CANCELLED);
    assertThat(desk.executions).isZero();
  }

  @Test
  void aForgedLookChangesNothing() {
    start();
    engine.look(id);
    engine.look(id);
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void aVoterWhoLostTheSeatDropsOut() {
    desk.seatLost = true;
    start();
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    environment.sleep(Duration.ofMinutes(5));
    assertThat(desk.executions).isZero();
    vote("erin", Decision.APPROVE);
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void aWithdrawnVoteDoesNotCount() {
    start();
    vote("alice", Decision.APPROVE);
    vote("alice", Decision.WITHDRAW);
    vote("bob", Decision.APPROVE);
    environment.sleep(Duration.ofMinutes(5));
    assertThat(desk.executions).isZero();
  }

  @Test
  void aVoteCountsOnlyAfterItsRecordIsStored() throws Exception {
    desk.slowStore = true;
    desk.seats = java.util.Map.of("dba", 1);
    start();
    CompletableFuture<VoteReceipt> receipt =
        CompletableFuture.supplyAsync(() -> vote("alice", Decision.APPROVE), threads);
    while (!desk.calls().contains("judge")) {
      Thread.onSpinWait();
    }
    assertThat(desk.calls()).doesNotContain("approve", "execute");
    assertThat(receipt).isNotDone();
    desk.storing.countDown();
    assertThat(receipt.get().counted()).isTrue();
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void approveAndDenyRacingEndInOneState() {
    desk.seats = java.util.Map.of("dba", 1);
    start();
    CompletableFuture<VoteReceipt> approve =
        CompletableFuture.supplyAsync(() -> vote("alice", Decision.APPROVE), threads);
    CompletableFuture<VoteReceipt> deny =
        CompletableFuture.supplyAsync(() -> vote("bob", Decision.DENY), threads);
    ActionStatus end = result().status();
    assertThat(end).isIn(ActionStatus.SUCCEEDED, ActionStatus.DENIED);
    assertThat(desk.executions).isEqualTo(end == ActionStatus.SUCCEEDED ? 1 : 0);
    assertThat(List.of(approve.join(), deny.join())).isNotEmpty();
  }

  @Test
  void repeatingAVoteIdAnswersTheSame() {
    start();
    SealedVote vote = sealed("alice", Decision.APPROVE);
    Delivery first = engine.vote(vote);
    Delivery second = engine.vote(vote);
    assertThat(second).isEqualTo(first);
    assertThat(desk.calls().stream().filter(call -> call.startsWith("vote alice"))).hasSize(1);
  }

  @Test
  void aVoteForAnotherActionIsRefusedWithoutHistory() {
    start();
    SealedVote other =
        new SealedVote(
            UUID.randomUUID().toString(),
            ActionId.random(),
            FakeDesk.DIGEST,
            "alice",
            Decision.APPROVE,
            "api",
            Instant.EPOCH,
            "");
    WorkflowStub workflow = environment.getWorkflowClient().newUntypedWorkflowStub(id.value());
    assertThatThrownBy(() -> workflow.update("vote", VoteReceipt.class, other))
        .hasStackTraceContaining("another action");
    assertThat(desk.calls()).doesNotContain("vote alice APPROVE");
  }

  @Test
  void aVoteAfterTheEndFindsNoWorkflow() {
    start();
    vote("bob", Decision.DENY);
    result();
    assertThat(engine.vote(sealed("alice", Decision.APPROVE)))
        .isInstanceOf(Delivery.NoWorkflow.class);
  }

  @Test
  void anAllowedActionRunsWithoutAskingAnybody() {
    desk.status = ActionStatus.APPROVED;
    start();
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(desk.executions).isEqualTo(1);
  }

  @Test
  void aRefusedActionRunsNothing() {
    desk.status = ActionStatus.REFUSED;
    start();
    assertThat(result().status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(desk.calls()).doesNotContain("execute");
  }

  @Test
  void aDuplicateRunFindsItDone() {
    desk.status = ActionStatus.SUCCEEDED;
    start();
    assertThat(result()).isEqualTo(new Executed(ActionStatus.SUCCEEDED, true));
    assertThat(desk.executions).isZero();
  }

  @Test
  void startingTwiceIsOneWorkflow() {
    start();
    start();
    assertThat(desk.calls().stream().filter(call -> call.equals("judge")).count()).isLessThan(2);
  }

  @Test
  void whatIsNotWhatWasApprovedGoesBackToItsReviewers() {
    desk.sendBacks = 1;
    start();
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    environment.sleep(Duration.ofMinutes(70));
    assertThat(desk.executions).isZero();
    vote("alice", Decision.APPROVE);
    vote("erin", Decision.APPROVE);
    assertThat(result()).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(desk.executions).isEqualTo(1);
    assertThat(desk.calls())
        .containsSubsequence("approve", "execute", "judge", "approve", "execute");
  }

  @Test
  void whatWentBackAndIsNotAnsweredExpires() {
    desk.sendBacks = 1;
    start();
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    assertThat(result().status()).isEqualTo(ActionStatus.EXPIRED);
    assertThat(desk.executions).isZero();
  }

  @Test
  void whatWasAllowedMayStillComeToPeople() {
    desk.status = ActionStatus.APPROVED;
    desk.sendBacks = 1;
    start();
    environment.sleep(Duration.ofMinutes(5));
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.DENY);
    assertThat(result().status()).isEqualTo(ActionStatus.DENIED);
    assertThat(desk.executions).isZero();
  }

  @Test
  void remindersBeginAnewWithTheNewDeadline() {
    desk.remindSeconds = List.of(600L, 4800L);
    desk.sendBacks = 1;
    start();
    environment.sleep(Duration.ofMinutes(20));
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    environment.sleep(Duration.ofMinutes(70));
    assertThat(desk.calls()).containsOnlyOnce("remind 1", "remind 2");
    vote("bob", Decision.DENY);
    result();
  }

  @Test
  void lostEngineIsResumedWithVotesAndDeadline() {
    desk.votes.put(
        "alice",
        new io.countersign.action.Vote("v1", "alice", Decision.APPROVE, java.util.Set.of("dba")));
    start();
    vote("bob", Decision.APPROVE);
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void lateVoteInTheSameRunHasNoEffect() {
    start();
    desk.becomes(ActionStatus.CANCELLED);
    assertThat(vote("alice", Decision.APPROVE).code()).isEqualTo(Code.NOT_PENDING);
  }

  @Test
  void denialDialogIsOpenedByTheWorker() {
    start();
    engine.askReason(id, "trigger-1");
    environment.sleep(Duration.ofSeconds(2));
    assertThat(desk.calls()).contains("askReason trigger-1");
  }

  private void start() {
    assertThat(engine.start(id, "execute_sql", "shop", FakeDesk.DIGEST, "agent-1")).isTrue();
  }

  private VoteReceipt vote(String person, Decision decision) {
    Delivery delivery = engine.vote(sealed(person, decision));
    assertThat(delivery).isInstanceOf(Delivery.Answered.class);
    return ((Delivery.Answered) delivery).receipt();
  }

  private SealedVote sealed(String person, Decision decision) {
    return new SealedVote(
        UUID.randomUUID().toString(),
        id,
        FakeDesk.DIGEST,
        person,
        decision,
        "api",
        Instant.EPOCH,
        "");
  }

  private Executed result() {
    WorkflowClient client = environment.getWorkflowClient();
    return client.newUntypedWorkflowStub(id.value()).getResult(Executed.class);
  }

  @Test
  void doubtWaitsForAnOperatorAndItsCardIsUpdated() {
    desk.inDoubt = true;
    start();
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    environment.sleep(Duration.ofHours(30));
    assertThat(desk.calls()).containsOnlyOnce("execute");
    long refreshed = desk.calls().stream().filter("refresh"::equals).count();
    desk.becomes(ActionStatus.FAILED);
    engine.look(id);
    assertThat(result().status()).isEqualTo(ActionStatus.FAILED);
    assertThat(desk.calls()).containsOnlyOnce("execute");
    assertThat(desk.calls().stream().filter("refresh"::equals).count()).isGreaterThan(refreshed);
  }

  @Test
  void decisionWhoseSignalGotLostEndsTheWaitAllTheSame() {
    desk.inDoubt = true;
    start();
    vote("alice", Decision.APPROVE);
    vote("bob", Decision.APPROVE);
    environment.sleep(Duration.ofMinutes(5));
    desk.becomes(ActionStatus.SUCCEEDED);
    assertThat(result().status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(desk.calls()).containsOnlyOnce("execute");
  }
}
