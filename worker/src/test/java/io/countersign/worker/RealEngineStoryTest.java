package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.store.DatabaseConfig;
import io.countersign.worker.engine.CountersignProcess;
import io.temporal.api.history.v1.HistoryEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The main job with a real Temporal server, and Countersign as two processes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealEngineStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String LITERAL = "planted-city-of-nowhere";
  private static final String WHY = "planted-reason-of-the-agent";
  private static final String WHY_NOT = "planted-reason-of-the-denial";
  private static final String EMAIL = "chen.abe2@example.com";

  @TempDir private static Path folder;
  private static RealStage stage;
  private static CountersignProcess worker;

  @BeforeAll
  static void start() throws Exception {
    stage = new RealStage(folder);
    stage.startServer();
    worker = stage.startWorker();
  }

  @AfterAll
  static void stop() throws Exception {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  @Order(1)
  void everyStepIsAsPromised() throws Exception {
    var told = new ByteArrayOutputStream();
    var out = new PrintStream(told, true, StandardCharsets.UTF_8);
    boolean asPromised = new Story(stage.stage(), out).play();
    assertThat(asPromised)
        .describedAs(told.toString(StandardCharsets.UTF_8) + stage.logs())
        .isTrue();
  }

  @Test
  @Order(2)
  void votesAndDeadlinesOutliveAKilledWorker() throws Exception {
    JsonNode half = submit("update payments set amount = amount + 1 where id = 7", "correct it");
    assertThat(vote("bob", half, "approve", "fine").status()).isEqualTo("PENDING_REVIEW");
    JsonNode unheard = submit("update customers set city = 'Oslo' where id = 8", "moved");
    JsonNode expiring = submit("update orders set status = 'void' where id = 78", "void it");
    worker.kill();
    for (JsonNode action : List.of(half, unheard, expiring)) {
      assertThat(status(action)).isEqualTo("PENDING_REVIEW");
    }
    var answer = vote("alice", unheard, "approve", "with no worker there");
    assertThat(answer.http()).isEqualTo(200);
    assertThat(answer.status()).isEqualTo("PENDING_REVIEW");
    worker = stage.startWorker();
    long back = System.nanoTime();
    assertThat(vote("alice", half, "approve", "fine").http()).isEqualTo(200);
    reaches(half, "SUCCEEDED", back);
    reaches(expiring, "EXPIRED", back);
    reaches(unheard, "SUCCEEDED", back);
  }

  @Test
  @Order(3)
  void nothingPrivateReachesTemporalOrTheLogs() throws Exception {
    plant();
    List<String> ids = actionIds();
    assertThat(ids).hasSizeGreaterThan(9);
    String logs = stage.logs();
    assertThat(logs).contains("POST /v1/actions");
    List<String> planted =
        new ArrayList<>(List.of(LITERAL, WHY, WHY_NOT, EMAIL, "Dilek Abe", "Bonn"));
    planted.add("no ticket: ask the customer first");
    planted.add("finance asked to correct");
    planted.addAll(RealStage.DISPLAY_NAMES.values());
    var all = new SoftAssertions();
    all.assertThat(logs).doesNotContain(planted);
    for (String id : ids) {
      all.assertThat(history(id)).contains(id, "execute_sql", "sha256:").doesNotContain(planted);
    }
    all.assertAll();
  }

  /** Values in statements, reasons, rows and a driver's message. */
  private static void plant() throws Exception {
    String move = "update customers set city = '" + LITERAL + "' where id = ";
    JsonNode denied = submit(move + 11, WHY);
    vote("bob", denied, "deny", WHY_NOT);
    assertThat(ended(denied)).isEqualTo("DENIED");
    JsonNode done = submit(move + 3 + " returning name, email", WHY);
    vote("bob", done, "approve", WHY_NOT);
    assertThat(ended(done)).isEqualTo("SUCCEEDED");
    // PostgreSQL answers with the key that exists already.
    JsonNode failed = submit("update customers set email = '" + EMAIL + "' where id = 1", WHY);
    vote("bob", failed, "approve", WHY_NOT);
    assertThat(ended(failed)).isEqualTo("FAILED");
    JsonNode read = submit("select name, email from customers where city = '" + LITERAL + "'", WHY);
    assertThat(ended(read)).isEqualTo("SUCCEEDED");
  }

  /** The text of every payload and failure: they are UTF-8 within the events' bytes. */
  private static String history(String id) {
    StringBuilder text = new StringBuilder();
    for (HistoryEvent event : stage.client().fetchHistory(id).getEvents()) {
      text.append(new String(event.toByteArray(), StandardCharsets.UTF_8)).append('\n');
    }
    return text.toString();
  }

  private static List<String> actionIds() throws Exception {
    DatabaseConfig control = stage.control();
    List<String> ids = new ArrayList<>();
    try (var login =
            DriverManager.getConnection(control.url(), control.user(), control.password());
        var rows = login.createStatement().executeQuery("select id from action")) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  private static void reaches(JsonNode action, String expected, long since) throws Exception {
    long end = since + PATIENCE.toNanos();
    String seen = status(action);
    while (!seen.equals(expected) && System.nanoTime() < end) {
      seen = stage.http().get("agent-1", path(action) + "?wait=1").status();
    }
    assertThat(seen).describedAs(stage.logs()).isEqualTo(expected);
    long took = Duration.ofNanos(System.nanoTime() - since).toMillis();
    System.out.println(expected + " " + took + " ms after the worker's return");
  }

  private static String ended(JsonNode action) throws Exception {
    return stage
        .http()
        .until("agent-1", path(action), now -> now.path("terminal").asBoolean())
        .path("status")
        .asText();
  }

  private static String status(JsonNode action) throws Exception {
    return stage.http().get("agent-1", path(action)).status();
  }

  private static JsonNode submit(String sql, String reason) throws Exception {
    return stage.http().submit("agent-1", UUID.randomUUID().toString(), sql, reason).body();
  }

  private static StoryClient.Answer vote(
      String person, JsonNode action, String decision, String reason) throws Exception {
    String digest = action.path("action_digest").asText();
    var vote = Map.of("decision", decision, "action_digest", digest, "reason", reason);
    return stage.http().post(person, path(action) + "/votes", vote);
  }

  private static String path(JsonNode action) {
    return "/v1/actions/" + action.path("id").asText();
  }
}
