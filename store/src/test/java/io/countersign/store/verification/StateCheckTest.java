package io.countersign.store.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionStatus;
import io.countersign.audit.EventType;
import io.countersign.store.action.Change;
import io.countersign.store.evidence.EvidenceLog;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Evidence that never reached the log is missed by what the tables say of the actions. */
class StateCheckTest {
  private static final String UNEXPLAINED =
      ", but neither the log nor its outbox says so: an event was deleted before it was logged, or"
          + " the table was changed by hand";

  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);
  private final RecordedGrant action = new RecordedGrant(evidence);

  @BeforeEach
  void refuse() {
    evidence.integrator.integrate();
    action.submit();
    evidence.integrator.integrate();
    action.move(
        ActionStatus.EVALUATING,
        ActionStatus.REFUSED,
        Change.NONE,
        action.event(EventType.ACTION_REFUSED, RecordedGrant.SYSTEM, Map.of()));
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private void assertUnexplained(String state) {
    evidence.integrator.integrate();
    AuditReport report = evidence.verify();
    assertThat(report).hasToString("INVALID: action " + action.id + state + UNEXPLAINED);
    assertThat(((AuditReport.Damaged) report).index()).isPositive();
  }

  @Test
  void eventThatWaitsExplainsAState() {
    assertThat(evidence.verify()).hasToString("VALID: 2 entries, 2 checkpoints, 1 waiting");
    evidence.integrator.integrate();
    assertThat(evidence.verify()).hasToString("VALID: 3 entries, 3 checkpoints, 0 waiting");
  }

  @Test
  void outboxRowDeletedBeforeIntegration() {
    tamper.run("delete from audit_outbox");
    assertUnexplained(" is REFUSED");
  }

  @Test
  void stateChangedByHand() {
    tamper.run("update action set status = 'SUCCEEDED'");
    assertUnexplained(" is SUCCEEDED");
  }

  @Test
  void voteCountedByHand() {
    tamper.run(
        """
        insert into ballot (vote_id, action_id, person_id, decision, digest, channel, received_at,
          mac, state)
        values ('v1', '%s', 'mallory', 'approve', 'd', 'api', now(), 'm', 'counted')
        """
            .formatted(action.id));
    assertUnexplained(" counts the vote v1");
  }
}
