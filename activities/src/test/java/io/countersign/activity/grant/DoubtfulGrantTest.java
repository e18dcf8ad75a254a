package io.countersign.activity.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.GrantRole;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.audit.Event;
import io.countersign.store.action.Reconciliations;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A role of which nobody knows whether it was granted is looked for at its end all the same. */
class DoubtfulGrantTest extends GrantFixture {
  private static final Duration PAST_ANOTHER_TRY = FIVE_MINUTES.plusMinutes(2);

  /** Cut off there, and the ledger that would tell is away. */
  private ActionId doubted(Step instant) throws Exception {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    assertThatThrownBy(
            () ->
                gate.execute(
                    id,
                    (at, action) -> {
                      if (at == instant) {
                        throw new IllegalStateException("killed");
                      }
                    }))
        .isInstanceOf(ApplicationFailure.class);
    sql("alter table countersign.execution rename to hidden");
    for (int tries = 0; tries < 100 && gate.row(id).status() == ActionStatus.EXECUTING; tries++) {
      try {
        var unused = gate.execute(id);
      } catch (ApplicationFailure e) {
        assertThat(e.isNonRetryable()).isFalse();
      }
    }
    sql("alter table countersign.hidden rename to execution");
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    return id;
  }

  private void sweep(Duration later) {
    grants(later).takeBackOverdue(Instant.now().plus(later));
  }

  private void decide(ActionId id, boolean executed) {
    var jdbi = gate.databases.control.database().jdbi();
    Event.Actor operator = new Event.Actor("person", "olga", "api");
    assertThat(
            new Reconciliations(jdbi, gate.databases.store)
                .decide(gate.row(id), executed, operator, "I looked", Instant.now()))
        .isTrue();
  }

  @Test
  void grantThatHappenedIsTakenBackAtItsEnd() throws Exception {
    ActionId id = doubted(Step.COMMITTED);
    sweep(FIVE_MINUTES.minusSeconds(60));
    assertThat(members()).as("before its end").hasSize(1);
    sweep(FIVE_MINUTES);
    assertThat(members()).isEmpty();
    assertThat(grant(id).endedWhy()).isEqualTo("expired");
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(body(id, "grant.taken_back"))
        .contains("\"in_doubt\":true", "nobody knew whether it had been given");
    assertThat(ledger(TakingBack.key(id))).isEqualTo(1);
  }

  @Test
  void decisionThatComesAfterItsEndGivesNothingAgain() throws Exception {
    ActionId id = doubted(Step.COMMITTED);
    sweep(FIVE_MINUTES);
    decide(id, true);
    assertThat(grants(FIVE_MINUTES).standing(id).inForce()).isFalse();
    sql("set role ROLES; grant REPORTING to ANALYST");
    sweep(PAST_ANOTHER_TRY);
    assertThat(members()).as("what was granted after it had ended").hasSize(1);
    assertThat(evidence(id)).containsOnlyOnce("grant.taken_back").doesNotContain("grant.given");
  }

  @Test
  void grantThatIsNotThereIsLookedForUntilSomebodyKnows() throws Exception {
    ActionId id = doubted(Step.PENDING);
    assertThat(members()).isEmpty();
    sweep(FIVE_MINUTES);
    assertThat(grant(id).isPending()).isTrue();
    assertThat(ledger(TakingBack.key(id))).isZero();
    // As if a prepared transaction had been committed by somebody.
    sql("set role ROLES; grant REPORTING to ANALYST");
    sweep(PAST_ANOTHER_TRY);
    assertThat(members()).isEmpty();
    assertThat(evidence(id))
        .containsOnlyOnce("grant.not_found", "grant.taken_back")
        .containsSubsequence("grant.not_found", "grant.taken_back");
  }

  @Test
  void whatAnotherActionGrantedMeanwhileStays() throws Exception {
    doubted(Step.PENDING);
    ActionId other = approved(new GrantRole(reporting, analyst, Duration.ofMinutes(30)));
    assertThat(gate.execute(other).status()).isEqualTo(ActionStatus.SUCCEEDED);
    sweep(PAST_ANOTHER_TRY);
    assertThat(members()).hasSize(1);
    assertThat(grant(other).isInForce()).isTrue();
  }

  @Test
  void operatorWhoSaysThatItHappenedHasItTakenBack() throws Exception {
    ActionId id = doubted(Step.COMMITTED);
    decide(id, true);
    assertThat(grants(Duration.ZERO).standing(id).inForce()).isTrue();
    sweep(FIVE_MINUTES);
    assertThat(members()).isEmpty();
    assertThat(evidence(id)).containsSubsequence("grant.given", "grant.taken_back");
  }

  @Test
  void operatorWhoIsWrongLeavesNothingBehind() throws Exception {
    ActionId there = doubted(Step.COMMITTED);
    decide(there, false);
    sweep(FIVE_MINUTES);
    assertThat(members()).isEmpty();
    assertThat(grant(there).endedWhy()).isEqualTo("expired");
  }

  @Test
  void operatorWhoIsRightEndsTheLooking() throws Exception {
    ActionId id = doubted(Step.PENDING);
    decide(id, false);
    sweep(FIVE_MINUTES);
    assertThat(grant(id).found()).isNotNull();
    sql("set role ROLES; grant REPORTING to ANALYST");
    sweep(PAST_ANOTHER_TRY);
    assertThat(members()).as("what it cannot have been").hasSize(1);
  }

  @Test
  void targetThatCannotBeAskedIsToldAndAskedAgain() throws Exception {
    ActionId id = doubted(Step.COMMITTED);
    sql("alter role ROLES nologin");
    sweep(FIVE_MINUTES);
    assertThat(grant(id).failures()).isEqualTo(1);
    assertThat(evidence(id)).containsOnlyOnce("grant.overdue");
    sql("alter role ROLES login");
    sweep(PAST_ANOTHER_TRY);
    assertThat(members()).isEmpty();
  }
}
