package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What real actions leave, exported, verified by a process of its own, and asked every question.
 */
@Timeout(180)
class AuditExportStoryTest {
  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);
  @TempDir private Path folder = Path.of("");

  private Answer submit(JsonNode proposal) {
    return api.submit("agent-1", "export-" + System.nanoTime(), proposal);
  }

  private Answer ended(Answer action, String status, String... voters) {
    for (String voter : voters) {
      assertThat(api.vote(voter, action, "approve").http()).isEqualTo(200);
    }
    Answer ended = api.ended("agent-1", action.id());
    assertThat(ended.status()).as(ended.text()).isEqualTo(status);
    return ended;
  }

  /** A read, a write that two people approve after one thought twice, and a role taken back. */
  private Answer playActions() {
    Answer read =
        ended(submit(ApiClient.proposal("select id from payments where id = 4711")), "SUCCEEDED");
    assertThat(api.get("agent-1", "/v1/actions/" + read.id() + "/result").http()).isEqualTo(200);

    Answer write = submit(ApiClient.proposal("update payments set amount = 1 where id = 4711"));
    assertThat(api.vote("bob", write, "approve").http()).isEqualTo(200);
    assertThat(api.delete("bob", "/v1/actions/" + write.id() + "/votes/mine").http())
        .isEqualTo(200);
    assertThat(api.vote("carol", write, "approve").http()).as("her agent asks").isEqualTo(403);
    ended(write, "SUCCEEDED", "alice", "bob");

    var role = Map.of("role", "reporting", "grantee", "analyst", "duration", "PT5M");
    Answer grant =
        submit(
            ApiClient.proposal("")
                .put("kind", "grant_role")
                .set("arguments", Json.MAPPER.valueToTree(role)));
    ended(grant, "SUCCEEDED", "alice", "bob");
    api.post("agent-1", "/v1/actions/" + grant.id() + "/revoke", "");
    return write;
  }

  @Test
  void realActionsAnswerEveryQuestionWithoutAnException() throws Exception {
    Instant from = Instant.now();
    Answer write = playActions();
    assertThat(api.get("agent-1", "/v1/actions/" + write.id() + "/receipt").http()).isEqualTo(200);
    UnpackedExport export = UnpackedExport.of(api, "from=" + from, folder);

    assertThat(export.verify()).startsWith("VALID: countersign.demo/audit, entries from ");
    assertThat(folder.resolve("receipts/" + write.id() + ".json")).exists();
    Map<String, Long> asked = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("controls.ndjson"))) {
      JsonNode row = Json.MAPPER.readTree(line);
      assertThat(row.path("record").asText()).as("an exception: " + line).isEqualTo("control");
      asked.put(row.path("question").asText(), row.path("asked").asLong());
    }
    assertThat(asked.get("APPROVED")).isGreaterThanOrEqualTo(3);
    assertThat(asked.get("VOTES_COUNTED")).isGreaterThanOrEqualTo(4);
    for (String question :
        List.of(
            "SEPARATED",
            "POLICY_KNOWN",
            "ENDED_ONCE",
            "STORY_COMPLETE",
            "ROLES_APPROVED",
            "READ_BY_REQUESTER",
            "REFUSED_WITHOUT_EFFECT",
            "VOTES_NAMED",
            "ENTRY_COMPLETE",
            "NO_GAP",
            "ANCHORED",
            "SIGNED")) {
      assertThat(asked.get(question)).as(question).isPositive();
    }
    assertThat(Files.readString(folder.resolve("controls.html")))
        .contains("<td>execute_sql</td><td>2 votes</td>", "receipts/" + write.id() + ".json");
    assertThat(Files.readString(folder.resolve("entries.csv")))
        .as("nobody is named")
        .doesNotContain("alice", "carol");
  }

  @Test
  void peopleOfRealActionsAreProvenWhereThatIsAskedFor() throws Exception {
    Instant from = Instant.now();
    playActions();
    UnpackedExport export = UnpackedExport.of(api, "subjects=true&from=" + from, folder);

    assertThat(export.verify().lines().findFirst().orElseThrow())
        .startsWith("VALID: ")
        .matches(".*, [3-9]\\d* people");
    List<String> people =
        Files.readAllLines(folder.resolve("subjects.ndjson")).stream()
            .map(line -> Json.read(line, JsonNode.class).path("person").asText())
            .toList();
    assertThat(people).contains("alice", "bob", "carol").doesNotContain("erin");
  }
}
