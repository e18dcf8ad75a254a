package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What would become of a proposal, without making it. */
class PreviewTest {
  private static final String PATH = "/v1/actions/preview";

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  private Answer preview(String who, String sql, Object... params) {
    return api.post(who, PATH, Json.write(ApiClient.proposal(sql, params)));
  }

  private JsonNode answer(String sql, Object... params) {
    Answer answer = preview("agent-1", sql, params);
    assertThat(answer.http()).as(answer.text()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void allowedReadSaysWhatItTouches() {
    JsonNode said =
        answer("select id, email from customers where lower(email) = $1", "a@b.example");
    assertThat(said.path("verdict").asText()).isEqualTo("allow");
    assertThat(said.path("class").asText()).isEqualTo("read");
    assertThat(said.path("statements").asInt()).isEqualTo(1);
    assertThat(texts(said, "tables")).singleElement().asString().endsWith("customers");
    assertThat(texts(said, "tags")).contains("pii");
    assertThat(texts(said, "functions")).containsExactly("lower");
    assertThat(said.path("estimated_rows").isIntegralNumber()).isTrue();
    assertThat(said.path("unbounded_write").asBoolean()).isFalse();
    assertThat(said.path("reversible").asText()).isEqualTo("yes");
    assertThat(said.path("analysis").asText()).isEqualTo("complete");
    assertThat(said.path("uninspectable")).isEmpty();
    assertThat(texts(said, "rules")).containsExactly("reads");
    assertThat(said.path("seats")).isEmpty();
    assertThat(said.path("policy_version").asText()).startsWith("sha256:");
    assertThat(said.path("facts").path("sql.class").asText()).isEqualTo("read");
    assertThat(said.path("facts").path("requester.id").asText()).isEqualTo("agent-1");
    assertThat(said.path("facts").has("role.name")).as("not known here").isFalse();
    assertThat(said.path("facts").toString()).as("nothing the agent said").doesNotContain("asks");
    JsonNode rule = said.path("matched").path(0);
    assertThat(rule.path("name").asText()).isEqualTo("reads");
    assertThat(rule.path("then").asText()).isEqualTo("allow");
    assertThat(policyLine(rule.path("line").asInt())).contains("- name: reads");
    assertThat(said.path("freezes")).isEmpty();
  }

  @Test
  void writeSaysWhoWouldHaveToCountersign() {
    JsonNode said = answer("delete from payments");
    assertThat(said.path("verdict").asText()).isEqualTo("review");
    assertThat(said.path("class").asText()).isEqualTo("write");
    assertThat(said.path("unbounded_write").asBoolean()).isTrue();
    assertThat(said.path("reversible").asText()).isEqualTo("no");
    assertThat(texts(said, "rules"))
        .containsExactly("writes", "writes-to-payments", "writes-without-where");
    assertThat(Json.write(said.path("seats")))
        .contains("{\"group\":\"dba\",\"need\":1,\"have\":0}")
        .contains("{\"group\":\"security\",\"need\":1,\"have\":0}");
  }

  @Test
  void whatIsNotUnderstoodIsSaidAndRefused() {
    JsonNode said = answer("do $$ begin perform 1; end $$");
    assertThat(said.path("verdict").asText()).isEqualTo("refuse");
    assertThat(said.path("class").asText()).isEqualTo("unknown");
    assertThat(said.path("analysis").asText()).isEqualTo("uninspectable");
    assertThat(said.path("uninspectable")).isNotEmpty();
    assertThat(said.has("estimated_rows")).as("unknown is null, not absent").isTrue();
    assertThat(said.path("estimated_rows").isNull()).isTrue();
    assertThat(said.path("because").asText()).contains("what cannot be inspected");
  }

  @Test
  void peopleMayAskToo() {
    assertThat(preview("erin", "select 1").body().path("verdict").asText()).isEqualTo("allow");
    assertThat(api.post("nobody", PATH, "{}").http()).isEqualTo(401);
    assertThat(preview("alice", "select 1").body().at("/facts").path("requester.groups"))
        .extracting(JsonNode::asText)
        .contains("dba", "security");
  }

  @Test
  void nothingIsKeptAndNothingRuns() {
    String orders = shop("select count(*) from orders");
    String actions = control("select count(*) from action");
    answer("delete from orders");
    answer("update orders set status = 'gone'");
    assertThat(shop("select count(*) from orders")).isEqualTo(orders);
    assertThat(shop("select count(*) from orders where status = 'gone'")).isEqualTo("0");
    assertThat(control("select count(*) from action")).isEqualTo(actions);
    assertThat(control("select count(*) from preview")).isEqualTo("0");
    assertThat(
            control(
                "select count(*) from audit_entry where body like '%preview%'"
                    + " or body like '%status = ''gone''%'"))
        .isEqualTo("0");
  }

  /** The same request, proposed in earnest, comes out as the preview said. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select name from customers where id = 7",
        "update orders set status = 'previewed' where id = 2907",
        "truncate orders",
        "alter system set work_mem = '1MB'",
        "select pg_sleep(1)",
        "create table previewed (id int)",
        "grant select on orders to public"
      })
  void verdictIsThatOfTheRealAction(String sql) {
    JsonNode said = answer(sql);
    JsonNode made = api.submit("agent-1", sql).body();
    String expected =
        switch (made.path("status").asText()) {
          case "REFUSED" -> "refuse";
          case "PENDING_REVIEW" -> "review";
          default -> "allow";
        };
    assertThat(said.path("verdict").asText()).isEqualTo(expected);
    assertThat(said.path("class")).isEqualTo(made.path("class"));
    assertThat(said.path("tags")).isEqualTo(made.path("tags"));
    assertThat(said.path("analysis")).isEqualTo(made.path("analysis"));
    assertThat(said.path("rules")).isEqualTo(made.at("/policy/rules"));
    assertThat(said.path("seats")).isEqualTo(made.path("seats"));
    assertThat(said.path("policy_version")).isEqualTo(made.at("/policy/version"));
  }

  @Test
  void badQuestionIsRefusedLikeABadProposal() {
    ObjectNode unknownTarget = ApiClient.proposal("select 1").put("target", "warehouse");
    Answer refused = api.post("agent-1", PATH, Json.write(unknownTarget));
    assertThat(refused.http()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("VALIDATION");
    assertThat(refused.detail()).contains("unknown target `warehouse`");
    assertThat(preview("agent-1", "select 1; select 2").detail()).contains("holds 2 statements");
    assertThat(api.post("agent-1", PATH, "{").detail()).contains("JSON");
    assertThat(api.get("agent-1", PATH).http()).isEqualTo(405);
    assertThat(control("select count(*) from preview")).isEqualTo("0");
  }

  private static List<String> texts(JsonNode said, String field) {
    return said.path(field).valueStream().map(JsonNode::asText).toList();
  }

  private static String policyLine(int line) {
    try {
      return Files.readAllLines(Path.of("..", "policy.yml")).get(line - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String shop(String sql) {
    return DirectSql.text(server.shop(), sql);
  }

  private String control(String sql) {
    return server
        .demo()
        .application()
        .database()
        .jdbi()
        .withHandle(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }
}
