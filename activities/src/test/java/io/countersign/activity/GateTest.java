package io.countersign.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.store.ActionError;
import io.countersign.store.ActionRow;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is approved must still be what it was when it starts; on a real PostgreSQL. */
class GateTest {
  private static final String RULES =
      """
      rules:
        - {name: reads, when: 'sql.class == "read"', then: allow}
        - {name: writes, when: 'sql.class == "write"', then: review, approvals: [{dba: 1}]}
      """;
  private static final String STRICTER =
      """
      rules:
        - {name: reads, when: 'sql.class == "read"', then: allow}
        - {name: writes, when: 'sql.class == "write"', then: review,
           approvals: [{dba: 1, security: 1}]}
      """;
  private static final String UPDATE = "update customers set email = 'x' where id = 1";
  private static final String READ = "select id from customers order by id limit 3";
  @TempDir Path folder;
  private GateFixture gate;

  @BeforeEach
  void open() throws Exception {
    gate = new GateFixture(folder.resolve("policy.yml"), RULES);
  }

  @AfterEach
  void close() {
    gate.close();
  }

  private long changed() throws Exception {
    return gate.databases.count("select count(*) from customers where 'x' in (name, email)");
  }

  @Test
  void unchangedCatalogueLetsItRun() throws Exception {
    ActionId id = gate.approved(UPDATE);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(changed()).isEqualTo(1);
  }

  @Test
  void searchPathOfTheRoleChangesNothing() throws Exception {
    ActionId id = gate.approved("update orders set status = 'x' where id = 1");
    gate.databases.sql(
        """
        create schema trap;
        create table trap.orders (like public.orders);
        grant usage on schema trap to public;
        grant all on trap.orders to public;
        alter database %s set search_path = trap, public
        """
            .formatted(gate.databases.name()));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(gate.databases.count("select count(*) from public.orders where status = 'x'"))
        .isEqualTo(1);
  }

  @Test
  void temporaryTableNeverShadowsTheApprovedOne() throws Exception {
    ActionId id = gate.approved("update orders set status = 'x' where id = 1");
    ActionId temporary = gate.judged("create temporary table orders (id int, status text)");
    assertThat(gate.row(temporary).status().isApproved()).isFalse();
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(gate.databases.count("select count(*) from public.orders where status = 'x'"))
        .isEqualTo(1);
  }

  @Test
  void policyTightenedAfterTheApprovalApplies() throws Exception {
    ActionId id = gate.approved(UPDATE);
    gate.policy(STRICTER);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.PENDING_REVIEW, false));
    assertThat(gate.evidence(id).getLast()).contains("POLICY_TIGHTENED");
    assertThat(gate.judge(id).votes()).hasSize(1);
    gate.approves(id, "alice");
    assertThat(gate.quorum(id).status()).isEqualTo(ActionStatus.APPROVED);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void policyLoosenedMeanwhileChangesNothing() throws Exception {
    gate.policy(STRICTER);
    ActionId id = gate.judged(UPDATE);
    gate.approves(id, "bob");
    gate.policy(RULES);
    assertThat(gate.quorum(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
  }

  @Test
  void allowedActionIsStoppedByAPolicyThatAsksPeopleByNow() throws Exception {
    ActionId id = gate.judged(READ);
    gate.policy(
        """
        rules:
          - {name: reads, when: 'sql.class == "read"', then: review, approvals: [{dba: 1}]}
        """);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(gate.row(id).packet()).isNotNull();
    gate.approves(id, "bob");
    assertThat(gate.quorum(id).status()).isEqualTo(ActionStatus.APPROVED);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void policyThatRefusesByNowRevokesWhatWasApproved() throws Exception {
    ActionId id = gate.approved(UPDATE);
    gate.policy(
        """
        rules:
          - {name: none, when: 'true', then: refuse, because: not today}
        """);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.REVOKED);
    assertThat(error(id).code()).isEqualTo(Code.POLICY_REFUSED);
    assertThat(changed()).isZero();
  }

  @Test
  void tighterLimitApplies() throws Exception {
    ActionId id = gate.judged("select id from customers order by id limit 50");
    gate.policy(
        """
        rules:
          - {name: reads, when: 'sql.class == "read"', then: allow, limits: {max_rows: 10}}
        """);
    gate.execute(id);
    assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
    assertThat(gate.evidence(id)).anyMatch(body -> body.contains("action.judged"));
  }

  @Test
  void whatIsNotWhatWasJudgedGoesBackToReview() throws Exception {
    ActionId id = gate.approved(UPDATE);
    Digest voted = gate.row(id).digest();
    SealedVote onItsWay = gate.vote(id, "alice");
    gate.judgedAs(id, "view public.paid");
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.PENDING_REVIEW, false));
    assertThat(changed()).isZero();
    ActionRow row = gate.row(id);
    assertThat(row.revision()).isEqualTo(2);
    assertThat(row.digest()).isNotEqualTo(voted).isEqualTo(row.proposal().digest());
    Packet packet = Objects.requireNonNull(row.packet());
    assertThat(packet.warnings().getFirst()).contains("not what was judged", "view public.paid");
    assertThat(packet.actionDigest()).isEqualTo(row.digest());
    assertThat(gate.evidence(id))
        .anyMatch(body -> body.contains("vote.withdrawn") && body.contains("CATALOGUE_CHANGED"));
    assertThat(gate.evidence(id).getLast())
        .contains("action.pending", "CATALOGUE_CHANGED", "view public.paid");
    assertThat(gate.settle(onItsWay).receipt().code()).isEqualTo(Code.STALE_DIGEST);
    assertThat(gate.judge(id).votes()).isEmpty();
    gate.approves(id, "bob");
    assertThat(gate.quorum(id).status()).isEqualTo(ActionStatus.APPROVED);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void differenceIsSeenAtTheQuorumToo() {
    ActionId id = gate.judged(UPDATE);
    gate.approves(id, "bob");
    gate.judgedAs(id, "view public.paid");
    Standing standing = gate.quorum(id);
    assertThat(standing.status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(standing.votes()).isEmpty();
    assertThat(standing.digest()).isEqualTo(gate.row(id).digest());
    assertThat(gate.evidence(id).getLast()).contains("CATALOGUE_CHANGED");
  }

  @Test
  void allowedReadThatMeansAnotherIsJudgedAnewAndMayRun() {
    ActionId id = gate.judged(READ);
    gate.judgedAs(id, "view public.paid");
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(gate.evidence(id))
        .anyMatch(body -> body.contains("action.judged") && body.contains("CATALOGUE_CHANGED"));
    assertThat(gate.row(id).revision()).isEqualTo(1);
  }

  @Test
  void differenceThatComesAfterTheGateIsRolledBack() throws Exception {
    ActionId write = gate.approved(UPDATE);
    ActionId read = gate.judged(READ);
    gate.meaningMoves("view public.paid");
    for (ActionId id : List.of(write, read)) {
      assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
      assertThat(error(id).code()).isEqualTo(Code.CATALOGUE_CHANGED);
      assertThat(error(id).message()).contains("view public.paid");
      assertThat(gate.databases.vault.read(id)).isEmpty();
    }
    assertThat(changed()).isZero();
    assertThat(gate.databases.count("select count(*) from countersign.execution")).isZero();
  }

  private ActionError error(ActionId id) {
    return Objects.requireNonNull(gate.row(id).error());
  }
}
