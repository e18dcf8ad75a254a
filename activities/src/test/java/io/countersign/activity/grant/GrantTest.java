package io.countersign.activity.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.GrantRole;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.store.action.ActionRow;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which roles are granted, and what happens when they are. */
class GrantTest extends GrantFixture {
  @Test
  void granteeCannotGrantItOn() throws Exception {
    granted();
    assertThat(
            gate.databases.count(
                filled(
                    "select count(*) from pg_auth_members m"
                        + " where m.member = 'ANALYST'::regrole and not admin_option")))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"MARKED", "RECORDED", "RAN", "PENDING", "COMMITTED", "CLOSED"})
  void crashAtAnyStepGrantsOnceAndTakesBackOnce(Step step) throws Exception {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    assertThatThrownBy(
            () ->
                gate.execute(
                    id,
                    (at, action) -> {
                      if (at == step) {
                        throw new IllegalStateException("killed");
                      }
                    }))
        .isInstanceOf(ApplicationFailure.class);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(members()).hasSize(1);
    assertThat(grant(id).state()).isEqualTo("in_force");
    grants(FIVE_MINUTES.plusSeconds(60)).takeBack(id);
    assertThat(members()).isEmpty();
    assertThat(evidence(id)).containsOnlyOnce("grant.given", "grant.taken_back");
  }

  @ParameterizedTest
  @CsvSource({"no_such_role,ANALYST", "REPORTING,no_such_role", "REPORTING,public", "none,ANALYST"})
  void unknownRoleIsRefused(String role, String grantee) throws Exception {
    ActionId id = judged(new GrantRole(filled(role), filled(grantee), FIVE_MINUTES));
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(error(id)).isEqualTo(Code.UNKNOWN_ROLE);
  }

  @Test
  void roleIsNotGrantedToItselfNorInACircle() throws Exception {
    sql("grant ANALYST to REPORTING");
    ActionId circle = judged(new GrantRole(reporting, analyst, FIVE_MINUTES));
    ActionId itself = judged(new GrantRole(reporting, reporting, FIVE_MINUTES));
    assertThat(List.of(error(circle), error(itself))).containsOnly(Code.UNKNOWN_ROLE);
  }

  @Test
  void whatIsThereAlreadyIsRefusedBecauseItCouldNotBeTakenBack() throws Exception {
    sql("grant REPORTING to ANALYST");
    ActionId id = judged(new GrantRole(reporting, analyst, FIVE_MINUTES));
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(error(id)).isEqualTo(Code.ALREADY_GRANTED);
  }

  @Test
  void whatIsHeldThroughAnotherRoleIsSaidAndStays() throws Exception {
    sql("grant REPORTING to ADMIN; grant ADMIN to ANALYST");
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    assertThat(effects(id)).contains("has it already through another role, and keeps that");
    gate.execute(id);
    grants(FIVE_MINUTES).takeBack(id);
    assertThat(
            gate.databases.count(
                filled("select pg_has_role('ANALYST', 'REPORTING', 'member')::int")))
        .isEqualTo(1);
  }

  @Test
  void secondActionThatGrantsTheSameDoesNot() throws Exception {
    ActionId first = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    ActionId second = approved(new GrantRole(reporting, analyst, Duration.ofMinutes(30)));
    gate.execute(first);
    Executed executed = gate.execute(second);
    assertThat(executed.status()).isEqualTo(ActionStatus.REVOKED);
    assertThat(error(second)).isEqualTo(Code.ALREADY_GRANTED);
    assertThat(ledger(second)).isZero();
    grants(FIVE_MINUTES).takeBack(first);
    assertThat(members()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "superuser,superuser",
    "replication,replication",
    "createrole,createrole",
  })
  void roleWithTooMuchIsRefusedUnlessARuleNamesIt(String attribute, String fact) throws Exception {
    sql("alter role ADMIN " + attribute + "; grant ADMIN to REPORTING");
    GrantRole asked = new GrantRole(reporting, analyst, FIVE_MINUTES);
    ActionRow refused = gate.row(judged(asked));
    assertThat(refused.status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(Objects.requireNonNull(refused.error()).code()).isEqualTo(Code.POLICY_REFUSED);
    assertThat(Objects.requireNonNull(refused.error()).message()).contains("the role has " + fact);
    gate.policy(RULES.replace("max_duration: 1h", "role_attributes: [" + fact + "]"));
    ActionId id = judged(asked);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(effects(id)).contains(gate.databases.name() + "_admin` ");
  }

  @Test
  void attributesAreFactsAndPeopleReadThem() throws Exception {
    sql("alter role REPORTING createdb; alter role ADMIN bypassrls; grant ADMIN to REPORTING");
    sql("grant pg_read_all_data to ADMIN");
    ActionId id = judged(new GrantRole(reporting, analyst, FIVE_MINUTES));
    var fact = Objects.requireNonNull(Objects.requireNonNull(gate.row(id).facts()).grant());
    assertThat(fact.role()).isEqualTo(reporting);
    assertThat(fact.attributes()).containsExactly("bypassrls", "createdb", "pg_read_all_data");
    assertThat(fact.duration()).isEqualTo(FIVE_MINUTES);
    assertThat(effects(id))
        .contains("gets what `" + reporting + "` may, for 5m; then it is taken back")
        .contains("`" + reporting + "` may create databases")
        .contains("_admin` sees past row-level security")
        .contains("is a member of `pg_read_all_data`");
    assertThat(Objects.requireNonNull(gate.row(id).packet()).title())
        .isEqualTo("Grant " + reporting + " to " + analyst + " for 5m");
  }

  @Test
  void longerThanThePolicySaysIsRefused() {
    ActionId id = judged(new GrantRole(reporting, analyst, Duration.ofMinutes(61)));
    assertThat(error(id)).isEqualTo(Code.POLICY_REFUSED);
    assertThat(Objects.requireNonNull(gate.row(id).error()).message()).contains("at most 1h");
  }

  @Test
  void roleThatMayMoreByNowIsNotGranted() throws Exception {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    sql("alter role REPORTING superuser");
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.REVOKED);
    assertThat(members()).isEmpty();
  }

  @Test
  void roleThatChangesAtTheLastMomentIsNotGranted() throws Exception {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    Executed executed =
        gate.execute(
            id,
            (at, action) -> {
              if (at == Step.MARKED) {
                run(() -> sql("alter role REPORTING createdb"));
              }
            });
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id)).isEqualTo(Code.CATALOGUE_CHANGED);
    assertThat(members()).isEmpty();
  }

  @Test
  void membershipThatAppearsMeanwhileIsLeftAlone() throws Exception {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    Executed executed =
        gate.execute(
            id,
            (at, action) -> {
              if (at == Step.MARKED) {
                run(() -> sql("grant REPORTING to ANALYST"));
              }
            });
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    grants(FIVE_MINUTES).takeBack(id);
    assertThat(members()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " granted by ROLES"})
  void whatSomebodyElseGrantsAtTheSameMomentIsNotTakenForOurs(String by) throws Exception {
    ActionId id = approved(new GrantRole(reporting, analyst, FIVE_MINUTES));
    gate.afterComparing(() -> run(() -> sql("grant REPORTING to ANALYST" + by)));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id)).isEqualTo(Code.CATALOGUE_CHANGED);
    assertThat(ledger(id)).isZero();
    grants(FIVE_MINUTES).takeBack(id);
    assertThat(members()).as("the other's grant").hasSize(1);
  }
}
