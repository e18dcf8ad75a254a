package io.countersign.activity.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.ExportData;
import io.countersign.action.ExportData.Format;
import io.countersign.action.Packet;
import io.countersign.activity.execution.GateFixture;
import io.countersign.policy.Facts;
import io.countersign.store.action.ActionRow;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which exports are asked for, and what people see of them; on a real PostgreSQL. */
class ExportJudgeTest {
  /** It would let everything run. */
  private static final String RULES =
      """
      rules:
        - {name: exports, when: 'sql.class == "export"', then: review, approvals: [{dba: 1}]}
        - {name: all, when: 'sql.class != "export"', then: allow}
      """;

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

  private ActionRow judged(Format format, String sql, String... params) {
    return gate.row(gate.judged(new ExportData(sql, List.of(params), format)));
  }

  @Test
  void readIsJudgedAsAnExport() {
    ActionRow row =
        judged(Format.CSV, "select id, email, 1 as one from customers where id = $1", "7");
    assertThat(row.status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    Facts facts = Objects.requireNonNull(row.facts());
    assertThat(facts.kind()).isEqualTo("export_data");
    assertThat(facts.statementClass()).isEqualTo("export");
    assertThat(facts.tags()).containsExactly("email", "pii");
    assertThat(facts.reversible()).isEqualTo("no");
    assertThat(facts.uninspectable()).isFalse();
    assertThat(facts.tables()).containsExactly("public.customers");
  }

  @Test
  void packetSaysWhatLeaves() {
    Packet packet =
        Objects.requireNonNull(
            judged(Format.JSONL, "select id, email as mail, upper(name) as n from customers")
                .packet());
    assertThat(packet.title()).isEqualTo("Export customers");
    assertThat(packet.guarantee()).isEqualTo("read_only");
    assertThat(packet.leaving())
        .isEqualTo(
            new Packet.Leaving(
                "jsonl",
                List.of(
                    new Packet.Leaving.Column("id", "integer", List.of(), false),
                    new Packet.Leaving.Column("mail", "text", List.of("email", "pii"), true),
                    new Packet.Leaving.Column("n", "text", List.of("email", "pii"), true))));
  }

  @Test
  void approvedExportRuns() throws Exception {
    ActionId id = gate.judged(new ExportData("select * from customers", List.of(), Format.CSV));
    gate.approves(id, "bob");
    gate.quorum(id);
    assertThat(gate.execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    assertThat(Objects.requireNonNull(gate.row(id).outcome()).rows()).isEqualTo(100);
  }

  @Test
  void changedTableSendsAnApprovedExportBackToReview() throws Exception {
    ActionId id = gate.judged(new ExportData("select * from customer_mail", List.of(), Format.CSV));
    gate.approves(id, "bob");
    gate.quorum(id);
    gate.databases.sql(
        "create or replace view customer_mail as select id, name as email from customers");
    assertThat(gate.execute(id).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    Packet packet = Objects.requireNonNull(gate.row(id).packet());
    assertThat(Objects.requireNonNull(packet.leaving()).columns()).hasSize(2);
    assertThat(packet.warnings().getFirst()).contains("customer_mail");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delete from effect",
        "insert into effect values (1) returning id",
        "with gone as (delete from effect returning id) select id from gone",
        "select id from effect for update",
        "select id into copied from effect",
        "create table copied as select id from effect",
        "copy effect to stdout",
        "explain analyze delete from effect",
        "do $$ begin end $$",
        "grant select on effect to public",
        "vacuum effect",
        "begin",
      })
  void everythingElseIsRefusedWhateverThePolicySays(String sql) throws Exception {
    ActionRow row = judged(Format.CSV, sql);
    assertThat(row.status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(Objects.requireNonNull(row.error()).code())
        .isIn(Code.POLICY_REFUSED, Code.UNINSPECTABLE);
    assertThat(gate.databases.count("select count(*) from effect")).isZero();
  }

  @Test
  void refusalOfAWriteSaysWhy() {
    assertThat(Objects.requireNonNull(judged(Format.CSV, "delete from effect").error()).message())
        .isEqualTo(
            "an export must be a plain read that is understood, this statement is of class write");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select from customers",
        "select",
        "select x.* from (select from customers) x",
        "with x as (select from customers) select * from x",
      })
  void exportWithoutColumnsIsRefused(String sql) {
    ActionRow row = judged(Format.CSV, sql);
    assertThat(row.status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(Objects.requireNonNull(row.error()).message())
        .contains("the export has no columns, expected at least one");
  }

  @Test
  void twoColumnsOfOneNameAreNoJsonObject() {
    String sql = "select 1 as a, 2 as a";
    assertThat(judged(Format.CSV, sql).status()).isEqualTo(ActionStatus.PENDING_REVIEW);
    ActionRow row = judged(Format.JSONL, sql);
    assertThat(row.status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(Objects.requireNonNull(row.error()).message()).contains("two columns `a`");
  }

  @Test
  void unknownTableIsRefused() {
    ActionRow row = judged(Format.CSV, "select * from no_such_table");
    assertThat(row.status()).isEqualTo(ActionStatus.REFUSED);
    assertThat(Objects.requireNonNull(row.error()).code()).isEqualTo(Code.UNINSPECTABLE);
  }
}
