package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ApplyMigration;
import io.countersign.action.Code;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.audit.Event.Actor;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.Reconciliations;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Migrations that no single transaction holds, on a real PostgreSQL. */
class MigrationPartsTest {
  private static final String RULES =
      """
      rules:
        - {name: migrations, when: 'sql.class == "ddl" && !analysis.uninspectable',
           then: review, approvals: [{dba: 1}], limits: {max_rows: 150}}
        - {name: rest, when: 'sql.class != "ddl" || analysis.uninspectable', then: refuse}
      """;
  private static final List<String> STEPS =
      List.of(
          "create table bill (id int, customer_id int)",
          "insert into bill select id, customer_id from orders",
          "create index concurrently bill_customer on bill (customer_id)",
          "insert into bill values (101, 1)",
          "alter table bill add column paid boolean not null default false");

  /** Where each part ends and the next begins. */
  private static final int INSIDE_AGAIN = 3;

  @TempDir Path folder;
  private GateFixture gate;

  @BeforeEach
  void open() throws Exception {
    gate = new GateFixture(folder.resolve("policy.yml"), RULES);
    gate.databases.sql("grant select on orders to " + gate.databases.name() + "_ddl");
  }

  @AfterEach
  void close() {
    gate.close();
  }

  private ActionId approved(List<String> steps) {
    ActionId id = gate.judged(new ApplyMigration("keep bills", steps, List.of()));
    assertThat(gate.row(id).status())
        .as(String.valueOf(gate.row(id).error()))
        .isEqualTo(ActionStatus.PENDING_REVIEW);
    gate.approves(id, "bob");
    gate.quorum(id);
    return id;
  }

  private long bills() throws Exception {
    return gate.databases.count("select count(*) from bill");
  }

  private Outcome outcome(ActionId id) {
    return Objects.requireNonNull(gate.row(id).outcome());
  }

  private String words(ActionId id) {
    return Objects.requireNonNull(gate.row(id).error()).message();
  }

  @Test
  void packetTellsWhatStaysAndWhatRunsOnce() {
    ActionId id = approved(STEPS);
    assertThat(Objects.requireNonNull(gate.row(id).packet()).guarantee()).isEqualTo("at_most_once");
    assertThat(Objects.requireNonNull(gate.row(id).packet()).warnings())
        .contains(
            "step 3: runs in no transaction, at most once",
            "step 3: what was done before it stays, even if it fails",
            "step 4: what was done before it stays, even if it fails")
        .noneMatch(line -> line.startsWith("step 2: what") || line.startsWith("step 5: what"));
  }

  @Test
  void partsRunInTheirOrderEachWithItsOwnProof() throws Exception {
    ActionId id = approved(STEPS);
    assertThat(gate.execute(id))
        .as(String.valueOf(gate.row(id).error()))
        .isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(bills()).isEqualTo(101);
    assertThat(outcome(id).rows()).isEqualTo(101);
    assertThat(outcome(id).guarantee()).isEqualTo("at_most_once");
    assertThat(
            gate.databases.count(
                "select count(*) from pg_index where indisvalid and"
                    + " indexrelid = 'bill_customer'::regclass"))
        .isEqualTo(1);
    assertThat(
            gate.databases.count(
                "select count(*) from countersign.execution where action_id in ('%s', '%s/3')"
                    .formatted(id, id)))
        .isEqualTo(2);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, true));
    assertThat(bills()).isEqualTo(101);
  }

  /** Every step of the protocol in the parts that have a transaction. */
  static Stream<Arguments> instants() {
    return Stream.of(1, INSIDE_AGAIN)
        .flatMap(
            part ->
                Stream.of(
                        Step.MARKED,
                        Step.RECORDED,
                        Step.RAN,
                        Step.PENDING,
                        Step.COMMITTED,
                        Step.CLOSED)
                    .map(step -> Arguments.of(part, step)));
  }

  @ParameterizedTest
  @MethodSource("instants")
  void killedInsideAPartItGoesOnWhereItWas(int part, Step instant) throws Exception {
    ActionId id = approved(STEPS);
    killed(id, part, instant);
    assertThat(gate.execute(id).status())
        .as(String.valueOf(gate.row(id).error()))
        .isEqualTo(ActionStatus.SUCCEEDED);
    assertThat(bills()).isEqualTo(101);
    assertThat(outcome(id).rows()).isEqualTo(101);
  }

  @Test
  void workerThatWakesLateLeavesTheRestToTheOther() throws Exception {
    ActionId id = approved(STEPS);
    boolean[] slept = {false};
    Executed late =
        gate.execute(
            id,
            (step, action) -> {
              if (step == Step.COMMITTED && !slept[0]) {
                slept[0] = true;
                assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
              }
            });
    assertThat(late).isEqualTo(new Executed(ActionStatus.SUCCEEDED, true));
    assertThat(bills()).isEqualTo(101);
    assertThat(outcome(id).rows()).isEqualTo(101);
  }

  @Test
  void endOfWhatRunsOnceIsForPeopleAndNothingFollowsIt() throws Exception {
    for (boolean executed : List.of(true, false)) {
      gate.databases.sql("drop table if exists bill");
      ActionId id = approved(STEPS);
      killed(id, 2, Step.RAN);
      assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.NEEDS_RECONCILIATION);
      Reconciliations doubts =
          new Reconciliations(gate.databases.control.database().jdbi(), gate.databases.store);
      var doubt = doubts.find(id).orElseThrow();
      assertThat(doubt.ifExecuted()).contains("steps 1 to 3 took effect, and no later step will");
      assertThat(doubt.ifNotExecuted()).startsWith("only steps 1 to 2 took effect");
      ActionRow row = gate.row(id);
      doubts.decide(row, executed, Actor.SYSTEM, "looked at the index", Instant.now());
      assertThat(gate.row(id).status()).isEqualTo(ActionStatus.FAILED);
      assertThat(words(id))
          .isEqualTo(
              "an operator found that steps 1 to %d took effect and nothing after it"
                  .formatted(executed ? 3 : 2));
      assertThat(bills()).isEqualTo(100);
    }
  }

  @Test
  void failureOfALaterPartSaysWhatStays() throws Exception {
    ActionId id =
        approved(
            List.of(
                STEPS.get(0),
                STEPS.get(1),
                STEPS.get(2),
                "insert into bill values (101, 1)",
                "insert into bill select 1 / (id - id), 1 from bill"));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(words(id))
        .startsWith("step 5 of 5: ")
        .endsWith("; steps 1 to 3 took effect and stay so");
    assertThat(bills()).isEqualTo(100);
    ActionRow row = gate.row(id);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.FAILED, true));
    assertThat(gate.row(id)).isEqualTo(row);
  }

  /** Dies as by a kill, at that step of that part. */
  private void killed(ActionId id, int part, Step instant) {
    int[] reached = {0};
    assertThatThrownBy(
            () ->
                gate.execute(
                    id,
                    (step, action) -> {
                      if (step == Step.MARKED) {
                        reached[0]++;
                      }
                      if (step == instant && reached[0] == part) {
                        throw new OutOfMemoryError("as good as dead");
                      }
                    }))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void rowsOfAllPartsCountTogether() throws Exception {
    ActionId id = approved(List.of(STEPS.get(0), STEPS.get(1), STEPS.get(2), STEPS.get(1)));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
    ActionRow row = gate.row(id);
    assertThat(Objects.requireNonNull(row.error()).code()).isEqualTo(Code.ROW_LIMIT);
    assertThat(gate.databases.count("select count(*) from bill")).isEqualTo(100);
  }
}
