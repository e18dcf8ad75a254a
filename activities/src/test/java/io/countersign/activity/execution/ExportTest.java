package io.countersign.activity.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.ExportData;
import io.countersign.action.ExportData.Format;
import io.countersign.action.Json;
import io.countersign.activity.execution.ExecutionFixture.Options;
import io.countersign.activity.export.ExportProgress;
import io.countersign.activity.export.Exports;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.Outcome;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportTest {
  private static final String MANY =
      "select i, 'text ' || i as t from generate_series(1, 60000) i order by i";

  private ExportFixture exports;
  private ExecutionFixture fixture;

  @BeforeAll
  void open() throws Exception {
    exports = new ExportFixture();
    fixture = exports.databases;
  }

  @AfterAll
  void close() {
    exports.close();
  }

  private Executed execute(ActionId id) {
    return fixture.activities().execute(id, fixture.digest(id));
  }

  private String exported(ActionId id) throws Exception {
    assertThat(execute(id)).isEqualTo(new Executed(ActionStatus.SUCCEEDED, false));
    return exports.file(id);
  }

  private ActionError error(ActionId id) {
    return Objects.requireNonNull(fixture.row(id).error());
  }

  @Test
  void csvIsWhatRfc4180Says() throws Exception {
    ActionId id =
        exports.export(
            Format.CSV,
            """
            select 1 as id, 'plain' as "a,b", 'x,"y"' as c, null::text as d, '' as e,
              E'two\\nlines' as f, $1::text as g, true as h, 1.50 as i, 'é' as "quo""te"
            """,
            "; ? {fn}");
    assertThat(exported(id))
        .isEqualTo(
            "id,\"a,b\",c,d,e,f,g,h,i,\"quo\"\"te\"\r\n"
                + "1,plain,\"x,\"\"y\"\"\",,\"\",\"two\nlines\",; ? {fn},t,1.50,é\r\n");
  }

  @Test
  void jsonLinesAreJson() throws Exception {
    ActionId id =
        exports.export(
            Format.JSONL,
            """
            select 7 as id, 9007199254740993 as big, 9007199254740992 as exact, true as yes,
              null::int as none, 1.50 as price, E'a"b\\\\c\\n\\t\\x01é' as "te""xt",
              '{"a":1}'::jsonb as j
            from generate_series(1, 2)
            """);
    String text = exported(id);
    assertThat(text.lines()).hasSize(2);
    JsonNode line = Json.MAPPER.readTree(text.lines().findFirst().orElseThrow());
    assertThat(line.toString())
        .isEqualTo(
            "{\"id\":7,\"big\":\"9007199254740993\",\"exact\":9007199254740992,\"yes\":true,"
                + "\"none\":null,\"price\":\"1.50\",\"te\\\"xt\":\"a\\\"b\\\\c\\n\\t\\u0001é\","
                + "\"j\":\"{\\\"a\\\": 1}\"}");
    assertThat(text).endsWith("}\n");
  }

  @Test
  void emptyExportHasAHeadAndNothingElse() throws Exception {
    assertThat(exported(exports.export(Format.CSV, "select id, name from customers where false")))
        .isEqualTo("id,name\r\n");
    assertThat(exported(exports.export(Format.JSONL, "select id from customers where false")))
        .isEmpty();
  }

  @Test
  void outcomeAndEvidenceSayWhatTheFileIs() throws Exception {
    ActionId id = exports.export(Format.CSV, MANY);
    String file = exported(id);
    assertThat(file.lines()).hasSize(60_001);
    assertThat(file).startsWith("i,t\r\n1,text 1\r\n").endsWith("60000,text 60000\r\n");
    Outcome outcome = Objects.requireNonNull(fixture.row(id).outcome());
    assertThat(outcome.rows()).isEqualTo(60_000);
    assertThat(outcome.bytes()).isEqualTo(file.length());
    assertThat(outcome.resultSha256()).isEqualTo(Digest.sha256(file).value());
    assertThat(outcome.guarantee()).isEqualTo("read_only");
    assertThat(fixture.evidence(id).getLast())
        .contains(
            "action.succeeded",
            "\"rows\":60000",
            "\"bytes\":" + file.length(),
            Digest.sha256(file).value());
    assertThat(fixture.progress.of(id)).as("progress of what is over").isNull();
  }

  @Test
  void agentGetsNoTaggedValue() throws Exception {
    ActionId id =
        exports.export(
            Options.PLAIN.tags("email", "pii"),
            Format.CSV,
            "select id, email, upper(email) as loud, name from customers order by id limit 2");
    assertThat(exported(id))
        .isEqualTo(
            """
            id,email,loud,name\r
            1,•••,•••,name 1\r
            2,•••,•••,name 2\r
            """);
    ActionId lines =
        exports.export(
            Options.PLAIN.tags("email", "pii"),
            Format.JSONL,
            "select id, email from customer_mail where id = 3");
    assertThat(exported(lines)).isEqualTo("{\"id\":\"•••\",\"email\":\"•••\"}\n");
  }

  @Test
  void personGetsWhatTheVerdictDoesNotMask() throws Exception {
    String sql = "select id, email from customers where id = 4";
    assertThat(exported(exports.export(Options.PLAIN.tags("pii").person(), Format.CSV, sql)))
        .isEqualTo("id,email\r\n4,mail4@example.test\r\n");
    assertThat(exported(exports.export(Options.PLAIN.tags("pii").person("email"), Format.CSV, sql)))
        .isEqualTo("id,email\r\n4,•••\r\n");
  }

  @Test
  void moreRowsThanApprovedLeaveNothing() {
    ActionId id = exports.export(Options.PLAIN.maxRows(59_999), Format.CSV, MANY);
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
    assertThat(error(id).message()).contains("59999 rows");
    assertThat(exports.take(id)).isEmpty();
    assertThat(exports.pieces(id)).isZero();
  }

  @Test
  void asManyRowsAsApprovedAreExported() {
    ActionId id = exports.export(Options.PLAIN.maxRows(60_000), Format.CSV, MANY);
    assertThat(execute(id).status()).isEqualTo(ActionStatus.SUCCEEDED);
  }

  @Test
  void moreBytesThanAllowedLeaveNothing() throws Exception {
    String small = exported(exports.export(Format.CSV, MANY));
    for (int spare : List.of(0, -1)) {
      ActionId id = exports.export(Format.CSV, MANY);
      Exports tight = new Exports(fixture.artifacts, small.length() + spare, new ExportProgress());
      ActionStatus status = with(tight).execute(id, fixture.digest(id)).status();
      assertThat(status).isEqualTo(spare == 0 ? ActionStatus.SUCCEEDED : ActionStatus.FAILED);
      if (spare < 0) {
        assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
        assertThat(exports.take(id)).isEmpty();
        assertThat(exports.pieces(id)).isZero();
      }
    }
  }

  private ExecutionActivitiesImpl with(Exports tight) {
    return new ExecutionActivitiesImpl(
        fixture.control.database().jdbi(),
        fixture.store,
        fixture.vault,
        tight,
        Map.of("shop", fixture.target),
        (proposal, connection) -> Optional.of(Resolution.objecting("not looked at")),
        id -> {},
        Clock.systemUTC(),
        ExecutionProbe.NONE);
  }

  @Test
  void rowsThatDifferInSizeAreExported() throws Exception {
    // Together more than the driver may hold at once, a batch of it never.
    ActionId id =
        exports.export(
            Format.CSV,
            "select repeat('x', case when i % 5000 = 0 then 2000000 else 10 end) as x"
                + " from generate_series(1, 100000) i");
    execute(id);
    Outcome outcome = Objects.requireNonNull(fixture.row(id).outcome());
    assertThat(outcome.bytes()).isEqualTo(3 + 20 * 2_000_002L + 99_980 * 12);
  }

  @Test
  void rowThatNoMemoryShouldHoldIsRefused() {
    ActionId id = exports.export(Format.CSV, "select repeat('x', 40000000) as x");
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.ROW_LIMIT);
  }

  @Test
  void failureInTheMiddleLeavesNothing() {
    ActionId id =
        exports.export(Format.CSV, "select 1 / (50000 - i) as x from generate_series(1, 60000) i");
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.SQL_ERROR);
    assertThat(error(id).message()).isEqualTo("division by zero (sqlstate 22012)");
    assertThat(exports.take(id)).isEmpty();
    assertThat(exports.pieces(id)).isZero();
  }

  @Test
  void nothingButAnUnderstoodReadIsRun() throws Exception {
    for (StatementClass other : StatementClass.values()) {
      if (other == StatementClass.EXPORT) {
        continue;
      }
      ActionId id =
          fixture.approved(
              Options.PLAIN, other, new ExportData("select 1 as a", List.of(), Format.CSV));
      assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
      assertThat(error(id).code()).isEqualTo(Code.PERMIT_INVALID);
      assertThat(exports.pieces(id)).isZero();
    }
  }

  @Test
  void writeInDisguiseMeetsAReadOnlyTransaction() throws Exception {
    ActionId id = exports.export(Format.CSV, "insert into effect values (9001) returning id");
    assertThat(execute(id).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.SQL_ERROR);
    assertThat(fixture.count("select count(*) from effect where id = 9001")).isZero();
  }

  @Test
  void anotherMeaningLeavesNothing() {
    ActionId id = exports.export(Format.CSV, MANY);
    var changed = new TreeMap<>(Map.of("table public.customers", "other"));
    var activities =
        new ExecutionActivitiesImpl(
            fixture.control.database().jdbi(),
            fixture.store,
            fixture.vault,
            fixture.exports,
            Map.of("shop", fixture.target),
            (proposal, connection) ->
                Optional.of(new Resolution(List.of(), List.of(), List.of(), List.of(), changed)),
            ignored -> {},
            Clock.systemUTC(),
            ExecutionProbe.NONE);
    assertThat(activities.execute(id, fixture.digest(id)).status()).isEqualTo(ActionStatus.FAILED);
    assertThat(error(id).code()).isEqualTo(Code.CATALOGUE_CHANGED);
    assertThat(exports.take(id)).isEmpty();
    assertThat(exports.pieces(id)).isZero();
  }
}
