package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ApplyMigration;
import io.countersign.action.Code;
import io.countersign.action.Packet;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.store.action.ActionRow;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrations from their proposal to their effect, on a real PostgreSQL. */
class MigrationTest {
  private static final String RULES =
      """
      rules:
        - {name: migrations, when: 'sql.class == "ddl" && !analysis.uninspectable',
           then: review, approvals: [{dba: 1}], limits: {max_rows: 150}}
        - {name: rest, when: 'sql.class != "ddl" || analysis.uninspectable', then: refuse}
      """;
  private static final List<String> STEPS =
      List.of(
          "create table invoice (id int primary key, customer_id int, note text)",
          "create index invoice_customer on invoice (customer_id)",
          "insert into invoice select id, customer_id, status from orders",
          "alter table invoice add column paid boolean not null default false");

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

  private ActionId judged(List<String> steps, String... rollback) {
    return gate.judged(new ApplyMigration("add invoices", steps, List.of(rollback)));
  }

  private ActionId approved(List<String> steps) throws Exception {
    ActionId id = judged(steps);
    assertThat(gate.row(id).status())
        .as(String.valueOf(gate.row(id).error()))
        .isEqualTo(ActionStatus.PENDING_REVIEW);
    gate.approves(id, "bob");
    gate.quorum(id);
    return id;
  }

  private long tables(String name) throws Exception {
    return gate.databases.count(
        "select count(*) from pg_class where relname = '" + name + "' and relkind = 'r'");
  }

  @Test
  void stepsMayNameWhatEarlierOnesCreate() throws Exception {
    ActionId id = approved(STEPS);
    ActionRow row = gate.row(id);
    assertThat(Objects.requireNonNull(row.facts()).statementClass()).isEqualTo("ddl");
    assertThat(Objects.requireNonNull(row.facts()).statements()).isEqualTo(4);
    Executed executed = gate.execute(id);
    assertThat(executed)
        .as(String.valueOf(gate.row(id).error()))
        .isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(gate.databases.count("select count(*) from invoice where not paid")).isEqualTo(100);
  }

  @Test
  void nameThatNothingCreatesIsStillUnknown() {
    for (List<String> steps :
        List.of(
            List.of("alter table no_such_table add column a int"),
            List.of(STEPS.getFirst(), "create index i on no_such_table (a)"),
            // Only what an earlier step creates counts.
            List.of("alter table invoice add column a int", STEPS.getFirst()))) {
      ActionRow row = gate.row(judged(steps));
      assertThat(row.status()).as(steps.toString()).isEqualTo(ActionStatus.REFUSED);
      assertThat(Objects.requireNonNull(row.error()).message()).contains("there is no table");
    }
  }

  @Test
  void packetNumbersItsStepsWithTheirLocks() {
    Packet packet =
        Objects.requireNonNull(
            gate.row(
                    judged(
                        List.of(
                            "alter table orders alter column status set not null",
                            "create index orders_status on orders (status)"),
                        "drop index orders_status"))
                .packet());
    assertThat(packet.migration())
        .isEqualTo(
            new Packet.Migration(
                "add invoices",
                List.of(
                    "alter table orders alter column status set not null",
                    "create index orders_status on orders (status)"),
                List.of("drop index orders_status")));
    assertThat(packet.effects()).contains("step 1: lock ACCESS EXCLUSIVE", "step 2: lock SHARE");
    assertThat(packet.warnings())
        .anySatisfy(line -> assertThat(line).startsWith("step 1: reads the whole table"))
        .anySatisfy(line -> assertThat(line).startsWith("step 2: writes to the table wait"));
  }

  @Test
  void failingStepTakesEverythingBackAndIsNamed() throws Exception {
    ActionId id =
        approved(
            List.of(
                STEPS.get(0), STEPS.get(1), "insert into invoice values (1, 1, 'a'), (1, 2, 'b')"));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
    ActionRow row = gate.row(id);
    assertThat(Objects.requireNonNull(row.error()).code()).isEqualTo(Code.SQL_ERROR);
    assertThat(Objects.requireNonNull(row.error()).message()).startsWith("step 3 of 3: ");
    assertThat(tables("invoice")).isZero();
  }

  @Test
  void killedAroundItsCommitItIsAppliedOnce() throws Exception {
    for (Step instant : List.of(Step.RAN, Step.PENDING, Step.COMMITTED)) {
      String name = "log_" + instant.name().toLowerCase(java.util.Locale.ROOT);
      ActionId id =
          approved(
              List.of("create table " + name + " (id int)", "insert into " + name + " values (1)"));
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
      assertThat(gate.execute(id))
          .isEqualTo(new Executed(ActionStatus.SUCCEEDED, instant == Step.COMMITTED));
      assertThat(gate.databases.count("select count(*) from " + name)).isEqualTo(1);
    }
  }

  @Test
  void worstStatementDecidesTheClass() {
    ActionRow row =
        gate.row(judged(List.of("create table a (id int)", "grant select on orders to public")));
    assertThat(Objects.requireNonNull(row.facts()).statementClass()).isEqualTo("role");
    assertThat(row.status()).isEqualTo(ActionStatus.REFUSED);
  }

  @Test
  void executeSqlKnowsNoTableThatIsNotThere() {
    ActionRow row = gate.row(gate.judged("insert into invoice values (1)"));
    assertThat(row.status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(Objects.requireNonNull(row.error()).message()).contains("there is no table");
  }

  @Test
  void moreRowsThanTheRuleAllowsTakeEverythingBack() throws Exception {
    String copy = "insert into invoice (id) select id + %d from orders";
    ActionId id = approved(List.of(STEPS.getFirst(), copy.formatted(0), copy.formatted(1_000)));
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.FAILED);
    ActionRow row = gate.row(id);
    assertThat(Objects.requireNonNull(row.error()).code()).isEqualTo(Code.ROW_LIMIT);
    assertThat(Objects.requireNonNull(row.error()).message())
        .contains("step 3 of 3", "more than the approved 150 rows");
    assertThat(tables("invoice")).isZero();
  }

  @Test
  void tableReplacedBetweenTheGateAndTheFirstStepIsLeftAlone() throws Exception {
    ActionId id = approved(List.of("alter table orders add column paid boolean"));
    Executed executed =
        gate.execute(
            id,
            (step, action) -> {
              if (step == Step.RECORDED) {
                replaceOrders();
              }
            });
    assertThat(executed.status()).isEqualTo(ActionStatus.FAILED);
    assertThat(Objects.requireNonNull(gate.row(id).error()).code())
        .isEqualTo(Code.CATALOGUE_CHANGED);
    assertThat(
            gate.databases.count(
                "select count(*) from information_schema.columns where column_name = 'paid'"))
        .isZero();
  }

  private void replaceOrders() {
    try {
      gate.databases.sql("alter table orders rename to orders_before");
      gate.databases.sql("create table orders (like orders_before)");
      gate.databases.sql("alter table orders owner to " + gate.databases.name() + "_ddl");
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
