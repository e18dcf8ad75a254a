package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An execution in doubt, and the operator who finds out. */
class ReconcileTest {
  private static int nextRow = 7_000;

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  /** The target holds a marker of it that fits nothing. */
  private Answer doubted() {
    nextRow++;
    Answer action =
        api.submit("agent-1", "update orders set status = 'doubted' where id = " + nextRow);
    DirectSql.execute(
        server.shop(),
        "insert into countersign.execution values ('%s', 1, 'other')".formatted(action.id()));
    api.vote("bob", action, "approve");
    return awaitStatus(action, "NEEDS_RECONCILIATION");
  }

  private Answer awaitStatus(Answer action, String status) {
    Answer now = api.get("agent-1", path(action) + "?wait=5");
    while (!now.status().equals(status)) {
      now = api.get("agent-1", path(action) + "?wait=5");
    }
    return now;
  }

  private static String path(Answer action) {
    return "/v1/actions/" + action.id();
  }

  private Answer reconcile(String who, Answer action, String outcome) {
    Map<String, String> body = Map.of("outcome", outcome, "reason", "looked at the rows");
    return api.post(who, path(action) + "/reconcile", Json.write(body));
  }

  @ParameterizedTest
  @CsvSource({
    "agent-1,403,AGENT_CANNOT_DECIDE",
    "bob,403,FORBIDDEN",
    "carol,403,FORBIDDEN",
    "dave,403,FORBIDDEN"
  })
  void onlyAnOperatorDecidesAndTheAttemptIsRecorded(String who, int http, String code) {
    Answer action = doubted();
    Answer refused = reconcile(who, action, "executed");
    assertThat(refused.http()).isEqualTo(http);
    assertThat(refused.code()).isEqualTo(code);
    assertThat(api.get("bob", path(action)).status()).isEqualTo("NEEDS_RECONCILIATION");
    assertThat(types(action)).contains("vote.refused");
  }

  @Test
  void operatorSeesBothHypothesesAndTheProbe() {
    Answer action = doubted();
    for (String who : List.of("erin", "bob", "dave")) {
      JsonNode doubt = api.get(who, path(action) + "/reconciliation").body();
      assertThat(doubt.path("if_executed").asText()).contains("took effect");
      assertThat(doubt.path("if_not_executed").asText()).contains("nothing of it");
      assertThat(doubt.path("probe").asText()).contains(action.id());
    }
    assertThat(api.get("agent-1", path(action) + "/reconciliation").http()).isEqualTo(404);
    JsonNode queue = api.get("erin", "/v1/actions?status=NEEDS_RECONCILIATION").body();
    assertThat(queue.toString()).contains(action.id());
  }

  @ParameterizedTest
  @CsvSource({"executed,SUCCEEDED", "not_executed,FAILED"})
  void findingEndsItWithAReceipt(String outcome, String status) {
    Answer action = doubted();
    Answer decided = reconcile("erin", action, outcome);
    assertThat(decided.http()).isEqualTo(200);
    assertThat(decided.status()).isEqualTo(status);
    assertThat(types(action)).containsOnlyOnce("action.reconciled");
    Answer again = reconcile("erin", action, outcome);
    assertThat(again.http()).isEqualTo(409);
    assertThat(again.code()).isEqualTo("NOT_PENDING");
    Answer receipt = api.get("agent-1", path(action) + "/receipt");
    assertThat(receipt.http()).isEqualTo(200);
    assertThat(receipt.body().path("entry").asText())
        .contains("action.reconciled", outcome, "sub_", "hmac_", "votes")
        .doesNotContain("looked at the rows", "erin");
  }

  @Test
  @Leaves("POST /v1/actions/{id}/reconcile")
  void ofTwoFindingsAtOnceOneCounts() throws Exception {
    Answer action = doubted();
    List<Callable<Answer>> both =
        IntStream.range(0, 8)
            .<Callable<Answer>>mapToObj(
                i -> () -> reconcile("erin", action, i % 2 == 0 ? "executed" : "not_executed"))
            .toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int counted = 0;
      for (Future<Answer> answer : threads.invokeAll(both)) {
        counted += answer.get().http() == 200 ? 1 : 0;
      }
      assertThat(counted).isEqualTo(1);
    }
    assertThat(types(action)).containsOnlyOnce("action.reconciled");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"outcome\":\"perhaps\",\"reason\":\"x\"}",
        "{\"outcome\":\"executed\"}",
        "{\"outcome\":\"executed\",\"reason\":\"x\",\"person\":\"bob\"}"
      })
  void findingThatSaysTooLittleIsRefused(String body) {
    Answer action = doubted();
    Answer refused = api.post("erin", path(action) + "/reconcile", body);
    assertThat(refused.http()).isEqualTo(422);
  }

  @Test
  void operatorWhoIsAPartyCannotFindOut() {
    nextRow++;
    Answer action = api.submit("erin", "update orders set status = 'hers' where id = " + nextRow);
    DirectSql.execute(
        server.shop(),
        "insert into countersign.execution values ('%s', 1, 'other')".formatted(action.id()));
    api.vote("bob", action, "approve");
    while (!api.get("erin", path(action)).status().equals("NEEDS_RECONCILIATION")) {
      api.get("erin", path(action) + "?wait=5");
    }
    assertThat(reconcile("erin", action, "executed").code()).isEqualTo("PARTY_CANNOT_APPROVE");
  }

  private List<String> types(Answer action) {
    return api.get("dave", path(action) + "/events").body().path("items").findValuesAsText("type");
  }
}
