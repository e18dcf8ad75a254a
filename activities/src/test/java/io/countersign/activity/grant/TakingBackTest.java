package io.countersign.activity.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A granted role ends once, when it should, and nothing else does. */
class TakingBackTest extends GrantFixture {
  @Test
  void grantedRoleIsTakenBackAtItsEndAndBothAreEvidence() throws Exception {
    ActionId id = granted();
    assertThat(members()).containsExactly(gate.databases.name() + "_roles");
    assertThat(grant(id).state()).isEqualTo("in_force");
    assertThat(Duration.between(grant(id).givenAt(), grant(id).until())).isEqualTo(FIVE_MINUTES);
    assertThat(grants(FIVE_MINUTES).takeBack(id).inForce()).isFalse();
    assertThat(members()).isEmpty();
    assertThat(grant(id).endedWhy()).isEqualTo("expired");
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(evidence(id))
        .containsSubsequence("action.succeeded", "grant.given", "grant.taken_back")
        .containsOnlyOnce("grant.given", "grant.taken_back")
        .doesNotContain("grant.overdue");
    assertThat(ledger(id)).isEqualTo(1);
    assertThat(ledger(TakingBack.key(id))).isEqualTo(1);
  }

  @Test
  void grantedRoleStaysUntilItsEnd() throws Exception {
    ActionId id = granted();
    assertThat(grants(FIVE_MINUTES.minusSeconds(60)).takeBack(id).inForce()).isTrue();
    assertThat(members()).hasSize(1);
    assertThat(ledger(TakingBack.key(id))).isZero();
  }

  @Test
  void revokedEarlyItIsGoneAtOnce() throws Exception {
    ActionId id = granted();
    revoke(id);
    assertThat(grants(Duration.ZERO).standing(id).until()).isBefore(Instant.now());
    assertThat(grants(Duration.ZERO).takeBack(id).inForce()).isFalse();
    assertThat(members()).isEmpty();
    assertThat(grant(id).endedWhy()).isEqualTo("revoked");
  }

  @Test
  void takenBackOnceItIsNotTakenBackAgain() throws Exception {
    ActionId id = granted();
    grants(FIVE_MINUTES).takeBack(id);
    // As if the worker had died between the target's COMMIT and ours.
    control("update role_grant set state = 'in_force', ended_at = null, ended_why = null");
    sql("set role ROLES; grant REPORTING to ANALYST");
    assertThat(grants(FIVE_MINUTES).takeBack(id).inForce()).isFalse();
    assertThat(members()).as("what was granted after it had ended").hasSize(1);
    assertThat(ledger(TakingBack.key(id))).isEqualTo(1);
  }

  @Test
  void withoutALedgerItIsTakenBackTooAndToldApartFromWhatOthersDid() throws Exception {
    ActionId ours = granted();
    sql("revoke insert on countersign.execution from ROLES");
    grants(FIVE_MINUTES).takeBack(ours);
    assertThat(members()).isEmpty();
    control("update role_grant set state = 'in_force', ended_at = null, ended_why = null");
    grants(FIVE_MINUTES).takeBack(ours);
    assertThat(grant(ours).endedWhy()).isEqualTo("expired");
    sql("grant insert on countersign.execution to ROLES");
    ActionId theirs = granted();
    sql("revoke insert on countersign.execution from ROLES");
    sql("revoke REPORTING from ANALYST granted by ROLES");
    grants(FIVE_MINUTES).takeBack(theirs);
    assertThat(grant(theirs).endedWhy()).isEqualTo("already_gone");
  }

  @Test
  void twoWorkersTakeItBackOnce() throws Exception {
    ActionId id = granted();
    Thread other = Thread.ofVirtual().start(() -> grants(FIVE_MINUTES).takeBack(id));
    grants(FIVE_MINUTES).takeBack(id);
    other.join();
    assertThat(members()).isEmpty();
    assertThat(evidence(id)).containsOnlyOnce("grant.taken_back");
  }

  @Test
  void whoIsLateIsTakenBackWithoutTheEngine() throws Exception {
    ActionId id = granted();
    GrantActivitiesImpl late = grants(FIVE_MINUTES);
    late.takeBackOverdue(Instant.now().plus(FIVE_MINUTES));
    assertThat(members()).isEmpty();
    assertThat(grant(id).state()).isEqualTo("ended");
  }

  @Test
  void grantOfWhichNothingWasKeptIsTakenBackToo() throws Exception {
    ActionId id = granted();
    control("delete from role_grant");
    grants(Duration.ZERO).standing(id);
    grants(FIVE_MINUTES.plusSeconds(60)).takeBack(id);
    assertThat(members()).isEmpty();
  }

  @Test
  void whatSomebodyElseTookBackIsNoError() throws Exception {
    ActionId id = granted();
    sql("revoke REPORTING from ANALYST granted by ROLES");
    assertThat(grants(FIVE_MINUTES).takeBack(id).inForce()).isFalse();
    assertThat(grant(id).endedWhy()).isEqualTo("already_gone");
    assertThat(grant(id).failures()).isZero();
    assertThat(body(id, "grant.taken_back")).contains("\"why\":\"already_gone\"");
  }

  @Test
  void whatSomebodyElseGrantedMeanwhileStaysAndIsReported() throws Exception {
    ActionId id = granted();
    sql("grant REPORTING to ANALYST with admin option");
    grants(FIVE_MINUTES).takeBack(id);
    assertThat(members()).containsExactly("postgres");
    assertThat(grant(id).endedWhy()).isEqualTo("expired");
    assertThat(body(id, "grant.taken_back"))
        .contains("\"other_grantors\":1")
        .contains("granted by somebody else meanwhile, stays");
  }

  @Test
  void grantThatWasExtendedInOurNameIsTakenBackWithAllThatCameOfIt() throws Exception {
    ActionId id = granted();
    sql("grant REPORTING to ANALYST with admin option granted by ROLES");
    sql("set role ANALYST; grant REPORTING to ADMIN");
    grants(FIVE_MINUTES).takeBack(id);
    assertThat(members()).isEmpty();
    assertThat(
            gate.databases.count(filled("select pg_has_role('ADMIN', 'REPORTING', 'member')::int")))
        .isZero();
  }

  @Test
  void renamedRolesAreTakenBackAndDroppedOnesAreGone() throws Exception {
    ActionId renamed = granted();
    sql("alter role ANALYST rename to ANALYST_2; alter role REPORTING rename to REPORTING_2");
    grants(FIVE_MINUTES).takeBack(renamed);
    assertThat(grant(renamed).endedWhy()).isEqualTo("expired");
    assertThat(
            gate.databases.count(
                filled("select pg_has_role('ANALYST_2', 'REPORTING_2', 'member')::int")))
        .isZero();
    sql("alter role ANALYST_2 rename to ANALYST; alter role REPORTING_2 rename to REPORTING");
    ActionId dropped = granted();
    sql("drop role ANALYST");
    grants(FIVE_MINUTES).takeBack(dropped);
    assertThat(grant(dropped).endedWhy()).isEqualTo("already_gone");
  }

  @Test
  void targetThatCannotBeReachedIsTriedUntilItCan() throws Exception {
    ActionId id = granted();
    sql("alter role ROLES nologin");
    GrantActivitiesImpl late = grants(FIVE_MINUTES);
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> late.takeBack(id)).isInstanceOf(ApplicationFailure.class);
    }
    assertThat(grant(id).failures()).isEqualTo(3);
    assertThat(grant(id).isInForce()).isTrue();
    assertThat(evidence(id)).containsOnlyOnce("grant.overdue");
    sql("alter role ROLES login");
    assertThat(late.takeBack(id).inForce()).isFalse();
    assertThat(members()).isEmpty();
    assertThat(body(id, "grant.taken_back")).contains("\"failures\":3");
  }

  @Test
  void roleThatMayNotTakeBackAnyMoreIsShownUntilItMay() throws Exception {
    ActionId id = granted();
    // Without its option to administer the role, its grants go too unless it is somebody's anew.
    sql("alter role ROLES rename to ROLES_2");
    sql("create role ROLES login password 'roles-secret'");
    sql("grant usage on schema countersign to ROLES");
    sql("grant select, insert on countersign.execution to ROLES");
    GrantActivitiesImpl late = grants(FIVE_MINUTES);
    assertThatThrownBy(() -> late.takeBack(id)).isInstanceOf(ApplicationFailure.class);
    assertThat(grant(id).isInForce()).isTrue();
    assertThat(grant(id).failure()).isNotNull();
  }
}
