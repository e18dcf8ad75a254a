package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.store.action.ActionRow;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import java.nio.file.Path;
import java.sql.SQLException;
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
  private static final String UPDATE = "update customer_mail set email = 'x' where id = 1";
  private static final String READ = "select id from customer_mail order by id limit 3";
  private static final String OTHER_VIEW =
      "create or replace view customer_mail as"
          + " select id, name as email from customers where id > 50";

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

  private static Code error(ActionRow row) {
    return Objects.requireNonNull(row.error()).code();
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
  void replacedViewSendsAnApprovedActionBackToReview() throws Exception {
    ActionId id = gate.approved(UPDATE);
    Digest voted = gate.row(id).digest();
    SealedVote onItsWay = gate.vote(id, "alice");
    gate.databases.sql(OTHER_VIEW);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.PENDING_REVIEW, false));
    assertThat(changed()).isZero();
    ActionRow row = gate.row(id);
    assertThat(row.revision()).isEqualTo(2);
    assertThat(row.digest()).isNotEqualTo(voted).isEqualTo(row.proposal().digest());
    assertThat(Objects.requireNonNull(row.packet()).warnings().getFirst())
        .contains("not what was judged", "customer_mail");
    assertThat(row.packet().actionDigest()).isEqualTo(row.digest());
    assertThat(gate.evidence(id))
        .anyMatch(body -> body.contains("vote.withdrawn") && body.contains("CATALOGUE_CHANGED"));
    assertThat(gate.evidence(id).getLast())
        .contains("action.pending", "CATALOGUE_CHANGED", "customer_mail");
    assertThat(gate.settle(onItsWay).receipt().code()).isEqualTo(Code.STALE_DIGEST);
    assertThat(gate.judge(id).votes()).isEmpty();
    assertThat(gate.judge(id).deadline()).isAfter(row.changedAt());
  }

  @Test
  void whatWasSentBackRunsOnceItIsApprovedAnew() throws Exception {
    ActionId id = gate.approved(UPDATE);
    gate.databases.sql(OTHER_VIEW);
    gate.execute(id);
    gate.approves(id, "bob");
    assertThat(gate.quorum(id).status()).isEqualTo(ActionStatus.APPROVED);
    gate.execute(id);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(changed()).isZero();
  }

  @Test
  void replacedViewIsSeenAtTheQuorumToo() throws Exception {
    ActionId id = gate.judged(UPDATE);
    gate.approves(id, "bob");
    gate.databases.sql(OTHER_VIEW);
    Standing standing = gate.quorum(id);
    assertThat(standing.status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(standing.votes()).isEmpty();
    assertThat(standing.digest()).isEqualTo(gate.row(id).digest());
    assertThat(gate.evidence(id).getLast()).contains("CATALOGUE_CHANGED");
  }

  @Test
  void allowedReadOfAReplacedViewIsJudgedAnew() throws Exception {
    ActionId id = gate.judged(READ);
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    gate.databases.sql(OTHER_VIEW);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(gate.evidence(id))
        .anyMatch(body -> body.contains("action.judged") && body.contains("CATALOGUE_CHANGED"));
    assertThat(gate.row(id).revision()).isEqualTo(1);
  }

  @Test
  void allowedReadThatIsNoReadAnyMoreDoesNotRun() throws Exception {
    ActionId id = gate.judged(READ);
    gate.databases.sql("drop view customer_mail");
    gate.databases.sql(
        """
        create function peek() returns table (id int) language sql
          as 'select id from public.customers';
        create view customer_mail as select id, id::text as email from peek()
        """);
    gate.databases.sql("grant select on customer_mail to public");
    Executed executed = gate.execute(id);
    assertThat(executed.status()).isIn(ActionStatus.REVOKED, ActionStatus.PENDING_REVIEW);
    assertThat(gate.databases.vault.read(id)).isEmpty();
  }

  @Test
  void viewReplacedBetweenTheGateAndTheRunIsRolledBack() throws Exception {
    ActionId id = gate.approved(UPDATE);
    ExecutionProbe replaces = at(Step.MARKED, OTHER_VIEW + " with local check option");
    gate.databases.sql("grant all on customer_mail to public");
    ActionId other = gate.approved("update customer_mail set email = 'x' where id = 60");
    assertThat(gate.execute(other, replaces).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(gate.row(other))).isEqualTo(Code.CATALOGUE_CHANGED);
    assertThat(Objects.requireNonNull(gate.row(other).error()).message()).contains("customer_mail");
    assertThat(changed()).isZero();
    assertThat(gate.databases.count("select count(*) from countersign.execution")).isZero();
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
  }

  @Test
  void readOfAViewReplacedBetweenTheGateAndTheRunShowsNothing() throws Exception {
    ActionId id = gate.judged(READ);
    assertThat(gate.execute(id, at(Step.FENCED, OTHER_VIEW)).status())
        .isEqualTo(ActionStatus.FAILED);
    assertThat(error(gate.row(id))).isEqualTo(Code.CATALOGUE_CHANGED);
    assertThat(gate.databases.vault.read(id)).isEmpty();
  }

  @Test
  void roleThatIsGivenAnotherSnapshotIsNotFooled() throws Exception {
    gate.databases.sql(
        "alter role %s set default_transaction_isolation = 'repeatable read'"
            .formatted(gate.databases.readRole()));
    ActionId id = gate.judged(READ);
    assertThat(gate.execute(id, at(Step.FENCED, OTHER_VIEW)).status())
        .isEqualTo(ActionStatus.FAILED);
    assertThat(error(gate.row(id))).isEqualTo(Code.CATALOGUE_CHANGED);
  }

  @Test
  void tableThatTheSearchPathFindsFirstByNowIsNotTouched() throws Exception {
    ActionId id = gate.approved("update orders set status = 'x' where id = 1");
    gate.databases.sql("alter table orders rename to orders_before");
    gate.databases.sql(
        "create table orders (like orders_before including all);"
            + " insert into orders select * from orders_before;"
            + " grant select, update on orders to public");
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    assertThat(gate.databases.count("select count(*) from orders where status = 'x'")).isZero();
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
  void triggerThatWasAddedMeanwhileSendsItBack() throws Exception {
    ActionId id = gate.approved("update orders set status = 'x' where id = 1");
    gate.databases.sql(
        """
        create function spy() returns trigger language plpgsql as 'begin return new; end';
        create trigger spy before update on orders for each row execute function spy()
        """);
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
  }

  @Test
  void targetThatCannotSayIsAskedAgainAndNothingRuns() throws Exception {
    ActionId id = gate.approved(UPDATE);
    gate.databases.sql("alter role %s with nologin".formatted(gate.databases.readRole()));
    gate.databases.endSessions();
    assertThatThrownBy(() -> gate.execute(id)).hasMessageContaining(id.value());
    assertThat(gate.row(id).status()).isEqualTo(ActionStatus.APPROVED);
    gate.databases.sql("alter role %s with login".formatted(gate.databases.readRole()));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
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
    assertThat(error(gate.row(id))).isEqualTo(Code.POLICY_REFUSED);
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
    assertThat(error(gate.row(id))).isEqualTo(Code.ROW_LIMIT);
    assertThat(gate.evidence(id)).anyMatch(body -> body.contains("action.judged"));
  }

  private ExecutionProbe at(Step step, String sql) {
    return (reached, action) -> {
      if (reached == step) {
        try {
          gate.databases.sql(sql);
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }
}
