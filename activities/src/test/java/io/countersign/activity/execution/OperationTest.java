package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Json;
import io.countersign.action.Packet;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.infrastructure.Receiver;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.Reconciliation;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An operation is judged, shown, approved and sent, once or honestly unknown. */
class OperationTest extends OperationFixture {

  @Test
  void reviewersSeeWhatIsSentWhereAndNoSecret() {
    ActionId id = gate.judged(ask("restart", "n1"));
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    Packet packet = Objects.requireNonNull(gate.row(id).packet());
    assertThat(packet.title()).isEqualTo("Run operation restart");
    assertThat(packet.statement()).isEqualTo("restart\nnode = \"n1\"");
    assertThat(packet.statementClass()).isEqualTo("admin");
    assertThat(packet.guarantee()).isEqualTo("at_most_once");
    assertThat(packet.rules()).containsExactly("restarts");
    assertThat(packet.effects())
        .contains("restarts a node", "with the body {\"node\":\"n1\"}")
        .anyMatch(effect -> effect.endsWith("/v1/n1/restart"))
        .anyMatch(effect -> effect.contains("people must find out"))
        .anyMatch(effect -> effect.contains("Authorization"));
    assertThat(Json.write(gate.row(id))).doesNotContain("s3cret");
  }

  @Test
  void approvedOperationIsSentOnceWithItsKey() {
    ActionId id = approved("restart");
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, true));
    assertThat(receiver.effects(id.value())).isEqualTo(1);
    Receiver.Seen seen = receiver.seen().getFirst();
    assertThat(seen.path()).isEqualTo("/v1/n1/restart");
    assertThat(seen.headers()).containsEntry("Authorization", List.of("Bearer pl4nted-s3cret"));
    Outcome outcome = Objects.requireNonNull(gate.row(id).outcome());
    assertThat(outcome.guarantee()).isEqualTo("at_most_once");
    assertThat(outcome.operated()).isEqualTo(new Outcome.Operated(200, null, null, null));
    assertThat(gate.evidence(id))
        .filteredOn(body -> body.contains("action.succeeded"))
        .singleElement()
        .asString()
        .contains("\"http_status\":200");
    assertThat(gate.evidence(id).toString() + Json.write(gate.row(id)))
        .doesNotContain("s3cret", "answer-that-nobody-reads");
  }

  @Test
  void lostAnswerNeedsPeople() {
    receiver.losing(Receiver.Kind.DROP);
    ActionId id = approved("restart");
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.NEEDS_RECONCILIATION, true));
    assertThat(code(id)).isEqualTo("OUTCOME_UNKNOWN");
    assertThat(receiver.effects(id.value())).isEqualTo(1);
    Reconciliation doubt = gate.databases.doubt(id).orElseThrow();
    assertThat(doubt.ifExecuted()).contains("took effect once").doesNotContain("rows");
    assertThat(doubt.ifNotExecuted()).contains("nothing of it took effect");
    assertThat(doubt.probe()).contains("Idempotency-Key: " + id);
  }

  @Test
  void lostAnswerOfAnIdempotentOperationIsAskedForAgain() {
    receiver.knowingKeys().losing(Receiver.Kind.DROP);
    ActionId id = approved("resize");
    assertThatThrownBy(() -> gate.execute(id)).isInstanceOf(ApplicationFailure.class);
    receiver.answering(200);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(receiver.seen()).hasSize(2);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "restart, 204, SUCCEEDED, ''",
    "restart, 302, NEEDS_RECONCILIATION, OUTCOME_UNKNOWN",
    "restart, 403, FAILED, OPERATION_FAILED",
    "restart, 408, NEEDS_RECONCILIATION, OUTCOME_UNKNOWN",
    "restart, 409, FAILED, OPERATION_FAILED",
    "restart, 500, NEEDS_RECONCILIATION, OUTCOME_UNKNOWN",
    "restart, 503, NEEDS_RECONCILIATION, OUTCOME_UNKNOWN",
    "resize, 302, NEEDS_RECONCILIATION, OUTCOME_UNKNOWN",
    "resize, 422, FAILED, OPERATION_FAILED"
  })
  void statusTellsWhatBecameOfIt(String operation, int http, ActionStatus ends, String code) {
    receiver.answering(http);
    ActionId id = approved(operation);
    assertThat(gate.execute(id).status()).isEqualTo(ends);
    assertThat(receiver.seen()).hasSize(1);
    if (!code.isEmpty()) {
      assertThat(code(id)).isEqualTo(code);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 408})
  void idempotentOperationIsRepeatedUntilItsReceiverIsWell(int http) {
    receiver.knowingKeys().answering(http);
    ActionId id = approved("resize");
    assertThatThrownBy(() -> gate.execute(id)).isInstanceOf(ApplicationFailure.class);
    receiver.answering(200);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
  }

  @Test
  void receiverThatIsNeverWellIsHandedToPeople() {
    receiver.answering(500);
    ActionId id = approved("resize");
    assertThat(untilDone(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(receiver.seen()).hasSize(20);
  }

  /** A refusal of the repeat says nothing of the request before it. */
  @Test
  void refusedRepeatLeavesTheFirstInDoubt() {
    receiver.losing(Receiver.Kind.DROP);
    ActionId id = approved("resize");
    assertThatThrownBy(() -> gate.execute(id)).isInstanceOf(ApplicationFailure.class);
    receiver.answering(409);
    assertThatThrownBy(() -> gate.execute(id)).isInstanceOf(ApplicationFailure.class);
    receiver.answering(422);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
  }

  @Test
  void receiverThatIsAwayIsAwaited() throws Exception {
    int port = receiver.port();
    receiver.close();
    ActionId id = approved("restart");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> gate.execute(id)).isInstanceOf(ApplicationFailure.class);
    }
    receiver = Receiver.at(port);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FENCED", "RECORDED", "RAN", "CLOSED"})
  void crashAtAnyInstantIsOneEffectOrHonestlyUnknown(Step instant) {
    ActionId id = crashed("restart", instant);
    boolean isKnown = instant == Step.FENCED || instant == Step.CLOSED;
    assertThat(untilDone(id).status())
        .isEqualTo(isKnown ? ActionStatus.SUCCEEDED : ActionStatus.NEEDS_RECONCILIATION);
    assertThat(receiver.effects(id.value())).isEqualTo(instant == Step.RECORDED ? 0 : 1);
    assertThat(receiver.seen()).hasSize(instant == Step.RECORDED ? 0 : 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"FENCED", "RECORDED", "RAN", "CLOSED"})
  void crashOfAnIdempotentOperationIsOneEffect(Step instant) {
    receiver.knowingKeys();
    ActionId id = crashed("resize", instant);
    assertThat(untilDone(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
    assertThat(receiver.seen()).hasSize(instant == Step.RAN ? 2 : 1);
    assertThat(gate.evidence(id)).filteredOn(body -> body.contains("action.succeeded")).hasSize(1);
  }

  private ActionId crashed(String operation, Step instant) {
    ActionId id = approved(operation);
    assertThatThrownBy(
            () ->
                gate.execute(
                    id,
                    (step, action) -> {
                      if (step == instant) {
                        throw new OutOfMemoryError("as good as dead");
                      }
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    return id;
  }

  @Test
  void changedDeclarationGoesBackToReview() throws Exception {
    ActionId id = approved("restart");
    gate.declare(operations(receiver.port(), 2));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(gate.row(id).revision()).isEqualTo(2);
    Packet packet = Objects.requireNonNull(gate.row(id).packet());
    assertThat(packet.warnings().getFirst()).contains("operation restart");
    assertThat(packet.effects()).anyMatch(effect -> effect.endsWith("/v2/n1/restart"));
    assertThat(receiver.seen()).isEmpty();
  }

  @Test
  void declarationThatChangesAfterTheLastLookFailsIt() throws Exception {
    ActionId id = approved("restart");
    gate.declare(operations(receiver.port(), 2));
    Executed executed =
        gate.activities(gate.databases.target, ignored -> {}, ExecutionProbe.NONE)
            .execute(id, gate.row(id).digest());
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    assertThat(code(id)).isEqualTo("CATALOGUE_CHANGED");
    assertThat(receiver.seen()).isEmpty();
  }

  @Test
  void declarationThatIsGoneEndsIt() {
    ActionId id = approved("restart");
    gate.declare(io.countersign.activity.infrastructure.Operations.none());
    assertThat(gate.execute(id).status()).isNotIn(ActionStatus.SUCCEEDED, ActionStatus.EXECUTING);
    assertThat(gate.row(id).status().isTerminal()).isTrue();
    assertThat(receiver.seen()).isEmpty();
  }

  @Test
  void declarationThatChangesBetweenTwoRequestsIsHandedToPeople() throws Exception {
    receiver.losing(Receiver.Kind.DROP);
    ActionId id = approved("resize");
    assertThatThrownBy(() -> gate.execute(id)).isInstanceOf(ApplicationFailure.class);
    gate.declare(operations(receiver.port(), 2));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(receiver.seen()).hasSize(1);
  }

  @Test
  void stopBeforeTheRequestStopsItAndAfterItIsTooLate() {
    ActionId id = approved("restart");
    Executed executed =
        gate.execute(
            id,
            (step, action) -> {
              if (step == Step.FENCED) {
                assertThat(gate.databases.askStop(id)).isTrue();
              }
            });
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    assertThat(code(id)).isEqualTo("CANCELLED");
    assertThat(receiver.seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "a/../../b", "x\u0000y", "far-longer-than-twenty-characters"})
  void parameterThatDoesNotFitIsRefusedByTheWorkerToo(String node) {
    ActionId id = gate.judged(ask("restart", node));
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(code(id)).isEqualTo("VALIDATION");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "true ; REFUSED",
        "sql.class == 'admin' ; REFUSED",
        "action.kind != 'execute_sql' ; REFUSED",
        "action.kind == 'change_infrastructure' ; APPROVED",
        "operation.name == 'restart' ; APPROVED"
      })
  void onlyARuleThatNamesItAllowsIt(String when, ActionStatus ends) throws Exception {
    gate.policy("rules:\n  - {name: wide, when: \"%s\", then: allow}\n".formatted(when));
    ActionId id = gate.judged(ask("restart", "n1"));
    assertThat(gate.row(id).status()).isEqualTo(ends);
  }

  @Test
  void storedParametersThatWereAlteredAreNotSent() {
    ActionId id = approved("restart");
    gate.databases
        .control
        .database()
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate(
                        "update action set arguments = replace(arguments::text, 'n1', 'n2')::jsonb"
                            + " where id = :id")
                    .bind("id", id.value())
                    .execute());
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(code(id)).isEqualTo("PERMIT_INVALID");
    assertThat(receiver.seen()).isEmpty();
  }
}
