package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.activity.infrastructure.Receiver;
import org.junit.jupiter.api.Test;

/** A worker is killed with -9 after its request took effect and before it could record that. */
class OperationKillTest extends OperationFixture {

  private ActionId killed(String operation) throws Exception {
    receiver.losing(Receiver.Kind.SILENCE);
    ActionId id = approved(operation);
    Process worker = OperationChild.start(gate, id, receiver.port());
    receiver.awaitRequest();
    worker.destroyForcibly().waitFor();
    assertThat(worker.exitValue()).isEqualTo(128 + 9);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.EXECUTING);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
    receiver.answering(200);
    return id;
  }

  @Test
  void requestThatIsNotIdempotentIsNeverSentAgain() throws Exception {
    ActionId id = killed("restart");
    assertThat(untilDone(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(code(id)).isEqualTo("OUTCOME_UNKNOWN");
    assertThat(receiver.seen()).hasSize(1);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
    assertThat(gate.databases.doubt(id)).isPresent();
  }

  @Test
  void idempotentRequestIsSentAgainForOneEffect() throws Exception {
    receiver.knowingKeys();
    ActionId id = killed("resize");
    assertThat(untilDone(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(receiver.seen()).hasSize(2);
    assertThat(receiver.effects(id.value())).isEqualTo(1);
    assertThat(gate.evidence(id)).filteredOn(body -> body.contains("action.succeeded")).hasSize(1);
  }
}
