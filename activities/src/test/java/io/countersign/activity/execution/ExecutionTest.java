package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.Outcome;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExecutionTest {
  private ExecutionFixture fixture;

  @BeforeAll
  void open() throws Exception {
    fixture = new ExecutionFixture();
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  private Executed execute(ActionId id) {
    return fixture.activities().execute(id, fixture.digest(id));
  }

  private JsonNode result(ActionId id) throws Exception {
    return Json.MAPPER.readTree(fixture.vault.read(id).orElseThrow());
  }

  private ActionError error(ActionId id) {
    return Objects.requireNonNull(fixture.row(id).error());
  }

  private Outcome outcome(ActionId id) {
    return Objects.requireNonNull(fixture.row(id).outcome());
  }

  @Test
  void readReturnsItsRows() throws Exception {
    ActionId id =
        fixture.approved(
            StatementClass.READ,
            "select id, name, id > 1 as late, null::text as nothing, 1.50 as price"
                + " from customers where id <= $1 order by id",
            "2");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    JsonNode result = result(id);
    assertThat(result.get("rows").toString())
        .isEqualTo("[[1,\"name 1\",false,null,\"1.50\"],[2,\"name 2\",true,null,\"1.50\"]]");
    assertThat(result.get("columns").get(0).toString())
        .isEqualTo("{\"masked\":false,\"name\":\"id\",\"type\":\"integer\"}");
    assertThat(result.get("row_count").asInt()).isEqualTo(2);
    assertThat(outcome(id).rows()).isEqualTo(2);
    assertThat(outcome(id).guarantee()).isEqualTo("read_only");
    assertThat(outcome(id).resultSha256()).isEqualTo(result.get("sha256").asText());
    assertThat(fixture.evidence(id)).hasSize(4);
    assertThat(fixture.evidence(id).getLast())
        .contains("action.succeeded", "verdict_digest", "votes", result.get("sha256").asText());
  }

  @Test
  void writeTakesEffectOnceHoweverOftenItIsAsked() throws Exception {
    ActionId id = fixture.approved(StatementClass.WRITE, "insert into effect values ($1)", "41");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, true));
    assertThat(fixture.count("select count(*) from effect where id = 41")).isEqualTo(1);
    assertThat(outcome(id).rows()).isEqualTo(1);
    assertThat(outcome(id).guarantee()).isEqualTo("ledger");
    assertThat(fixture.evidence(id)).hasSize(4);
  }

  @Test
  void approvedBytesReachTheServerUntouched() throws Exception {
    ActionId id =
        fixture.approved(
            StatementClass.READ,
            "select '{\"a\":1}'::jsonb ? $1 as has, '{fn now()}' as escape, '; $2 ?' as text;",
            "a");
    execute(id);
    assertThat(result(id).get("rows").toString()).isEqualTo("[[true,\"{fn now()}\",\"; $2 ?\"]]");
  }

  @Test
  void secondStatementIsRefusedByTheServer() throws Exception {
    ActionId id =
        fixture.approved(
            StatementClass.WRITE, "insert into effect values (50); insert into effect values (50)");
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(fixture.count("select count(*) from effect where id = 50")).isZero();
  }

  @Test
  void nullParameterStaysNull() throws Exception {
    ActionId id =
        fixture.approved(StatementClass.READ, "select $1::text is null, $2::int + 1", null, "41");
    execute(id);
    assertThat(result(id).get("rows").toString()).isEqualTo("[[true,42]]");
  }

  @Test
  void wrongNumberOfParametersIsTheStatementsFault() {
    ActionId id = fixture.approved(StatementClass.READ, "select $1::int, $2::int", "1");
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.SQL_ERROR);
    assertThat(error(id).message()).contains("08P01");
  }

  @Test
  void alteredStatementNeverRuns() throws Exception {
    ActionId id =
        fixture.approved(StatementClass.WRITE, "update orders set status = 'a' where id = 1");
    Digest approved = fixture.digest(id);
    control(
        "update action set arguments = replace(arguments, 'update orders', 'delete from orders --')"
            + " where id = '%s'".formatted(id));
    Executed executed = fixture.activities().execute(id, approved);
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.PERMIT_INVALID);
    assertThat(fixture.count("select count(*) from orders")).isEqualTo(100);
  }

  @Test
  void alteredStatementWithItsDigestNeverRuns() throws Exception {
    ActionId id =
        fixture.approved(StatementClass.WRITE, "update orders set status = 'a' where id = 1");
    Digest approved = fixture.digest(id);
    ActionId other = fixture.approved(StatementClass.WRITE, "delete from orders");
    control(
        """
        update action set digest = '%s',
          arguments = replace(arguments, 'update orders', 'delete from orders --')
        where id = '%s'
        """
            .formatted(fixture.digest(other), id));
    Executed executed = fixture.activities().execute(id, approved);
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    assertThat(fixture.count("select count(*) from orders")).isEqualTo(100);
  }

  private void control(String sql) {
    fixture.control.database().jdbi().useHandle(handle -> handle.execute(sql));
  }

  @Test
  void nothingRunsAfterTheApprovalsTime() throws Exception {
    ActionId id =
        fixture.approved(
            Options.PLAIN.lasts(Duration.ofSeconds(-1)),
            StatementClass.WRITE,
            "insert into effect values (60)");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.LAPSED, false));
    assertThat(fixture.count("select count(*) from effect where id = 60")).isZero();
    assertThat(fixture.evidence(id).getLast()).contains("action.lapsed");
  }

  @Test
  void pendingActionDoesNotRun() throws Exception {
    ActionId id = fixture.approved(StatementClass.WRITE, "insert into effect values (61)");
    control(
        "set session_replication_role = replica;"
            + " update action set status = 'PENDING_REVIEW' where id = '"
            + id
            + "'; reset session_replication_role");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.PENDING_REVIEW, false));
    assertThat(fixture.count("select count(*) from effect where id = 61")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update orders set status = 'x'",
        "update orders set status = 'x' returning id",
        "delete from customers",
        "with gone as (delete from customers returning 1) select count(*) from gone",
        "with gone as (delete from customers returning 1) update orders set status = 'y'"
            + " where id = 1"
      })
  void moreRowsThanApprovedAreRolledBack(String sql) throws Exception {
    ActionId id = fixture.approved(Options.PLAIN.maxRows(12), StatementClass.WRITE, sql);
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
    assertThat(fixture.count("select count(*) from orders where status in ('x', 'y')")).isZero();
    assertThat(fixture.count("select count(*) from customers")).isEqualTo(100);
    assertThat(fixture.vault.read(id)).isEmpty();
  }

  @Test
  void readBeyondItsRowsFails() {
    ActionId id =
        fixture.approved(Options.PLAIN.maxRows(5), StatementClass.READ, "select id from orders");
    execute(id);
    assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select repeat('x', 1000000) from generate_series(1, 30)",
        "select repeat('x', 30000000)"
      })
  void resultBeyondItsBytesFails(String sql) {
    ActionId id = fixture.approved(StatementClass.READ, sql);
    execute(id);
    assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
  }

  @Test
  void manyRowsArriveWhole() throws Exception {
    ActionId id = fixture.approved(StatementClass.READ, "select i from generate_series(1, 1000) i");
    execute(id);
    assertThat(result(id).get("rows")).hasSize(1000);
  }

  @Test
  void readRoleCannotWrite() throws Exception {
    ActionId id = fixture.approved(StatementClass.READ, "delete from orders");
    execute(id);
    assertThat(error(id).message()).containsAnyOf("25006", "42501");
    ActionId sneaky =
        fixture.approved(
            StatementClass.READ, "select set_config('transaction_read_only', 'off', true)");
    execute(sneaky);
    assertThat(fixture.count("select count(*) from orders")).isEqualTo(100);
  }

  @Test
  void readLeavesNothingBehindForTheNext() throws Exception {
    execute(
        fixture.approved(
            StatementClass.READ,
            "select set_config('search_path', 'nowhere', false), pg_advisory_lock(7)::text"));
    ActionId id =
        fixture.approved(
            StatementClass.READ,
            "select current_setting('search_path'), count(*) from orders o"
                + " where not exists (select from pg_locks where locktype = 'advisory')");
    execute(id);
    assertThat(result(id).get("rows").toString())
        .contains("\\\"public\\\", pg_temp")
        .contains("100");
  }

  @Test
  void serverErrorIsScrubbed() {
    ActionId id =
        fixture.approved(
            StatementClass.WRITE,
            "insert into orders values (1, 'planted-value-77', 1) returning status");
    execute(id);
    assertThat(error(id).code()).isEqualTo(Code.SQL_ERROR);
    assertThat(error(id).message())
        .isEqualTo("a unique constraint would be violated (sqlstate 23505)");
    ActionId cast =
        fixture.approved(StatementClass.READ, "select $1::text::int", "planted-value-78");
    execute(cast);
    assertThat(error(cast).message()).contains("22P02");
    assertThat(fixture.evidence(id).toString() + fixture.evidence(cast))
        .doesNotContain("planted-value");
  }

  @Test
  void constraintThatFailsAtCommitIsFailedAndNotRetried() throws Exception {
    ActionId id =
        fixture.approved(StatementClass.WRITE, "insert into child values (1, 999) returning id");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.FAILED, false));
    assertThat(error(id).message()).contains("23503");
    assertThat(fixture.count("select count(*) from child")).isZero();
    assertThat(fixture.row(id).fence()).isEqualTo(1);
    assertThat(fixture.vault.read(id)).isEmpty();
  }

  @Test
  void statementThatEndsItsTransactionNeedsPeople() throws Exception {
    for (String sql : new String[] {"commit", "commit and chain", "rollback", "abort and chain"}) {
      ActionId id = fixture.approved(StatementClass.UNKNOWN, sql);
      assertThat(execute(id).status()).as(sql).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
      assertThat(error(id).code()).isEqualTo(Code.OUTCOME_UNKNOWN);
      assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.NEEDS_RECONCILIATION, true));
    }
  }

  @Test
  void classWithoutCredentialFailsClosed() {
    ActionId id = fixture.approved(StatementClass.ADMIN, "checkpoint");
    execute(id);
    assertThat(error(id).code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(error(id).message()).contains("no credential", "admin");
  }

  @Test
  void unreachableTargetIsTriedLater() throws Exception {
    TargetConfig gone =
        new TargetConfig(
            "jdbc:postgresql://127.0.0.1:1/none",
            null,
            null,
            fixture.config.credentials(),
            null,
            null,
            null);
    ActionId id = fixture.approved(StatementClass.WRITE, "insert into effect values (70)");
    var activities =
        new ExecutionActivitiesImpl(
            fixture.control.database().jdbi(),
            fixture.store,
            fixture.vault,
            fixture.exports,
            java.util.Map.of(
                "shop", new TargetDatabase("shop", gone, TargetDatabase.Settings.DEFAULT)),
            (proposal, connection) -> java.util.Optional.empty(),
            ignored -> {},
            java.time.Clock.systemUTC(),
            ExecutionProbe.NONE);
    assertThatThrownBy(() -> activities.execute(id, fixture.digest(id)))
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> {
              assertThat(failure.getType()).isEqualTo("UNAVAILABLE");
              assertThat(failure.getOriginalMessage()).isEqualTo(id.value());
              assertThat(failure.getCause()).isNull();
              assertThat(failure.isNonRetryable()).isFalse();
            });
    assertThat(execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void conflictIsTriedAgainInsideABound() throws Exception {
    fixture.sql(
        """
        create sequence if not exists tries;
        grant usage on sequence tries to public;
        create or replace function conflict() returns trigger language plpgsql as $$
        begin
          if new.id = 80 and nextval('tries') < 3 then
            raise exception 'conflict' using errcode = '40001';
          end if;
          return new;
        end $$;
        create trigger conflict before insert on effect for each row execute function conflict();
        """);
    ActionId id = fixture.approved(StatementClass.WRITE, "insert into effect values (80)");
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(fixture.count("select count(*) from effect where id = 80")).isEqualTo(1);
    assertThat(fixture.row(id).fence()).isEqualTo(3);
  }

  @Test
  void markerThatFitsNothingNeedsPeople() throws Exception {
    ActionId id = fixture.approved(StatementClass.WRITE, "insert into effect values (90)");
    fixture.sql(
        "insert into countersign.execution values ('%s', 1, 'other')".formatted(id.value()));
    assertThat(execute(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
    assertThat(fixture.count("select count(*) from effect where id = 90")).isZero();
  }
}
