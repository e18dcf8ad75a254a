package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.store.DatabaseConfig;
import io.countersign.worker.engine.CountersignProcess;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A granted role ends in time with a real Temporal server, though its worker is killed. */
class RealGrantTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private RealStage stage;
  private CountersignProcess worker;

  @BeforeEach
  void start() throws Exception {
    stage = new RealStage(folder);
    stage.startServer();
    worker = stage.startWorker();
  }

  @AfterEach
  void stop() throws Exception {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void grantedRoleEndsThoughItsWorkerIsKilled() throws Exception {
    JsonNode stoodBy = granted("PT30S");
    CountersignProcess other = stage.startWorker();
    worker.kill();
    assertThat(isMember()).isTrue();
    ends(stoodBy, "expired", "another worker stood by");

    JsonNode restarted = granted("PT5S");
    other.kill();
    assertThat(isMember()).isTrue();
    stage.startWorker();
    ends(restarted, "expired", "the only worker was started again");

    JsonNode early = granted("PT10M");
    long asked = System.nanoTime();
    assertThat(stage.http().post("bob", path(early) + "/revoke", Map.of()).http()).isEqualTo(200);
    awaitGone();
    System.out.printf(
        "revoked early: gone %d ms after it was asked for%n",
        Duration.ofNanos(System.nanoTime() - asked).toMillis());
    assertThat(grant(early).path("ended_why").asText()).isEqualTo("revoked");
  }

  private JsonNode granted(String duration) throws Exception {
    JsonNode action =
        stage
            .http()
            .post(
                "agent-1",
                "/v1/actions",
                Map.of(
                    "kind",
                    "grant_role",
                    "target",
                    "shop",
                    "reason",
                    "monthly figures",
                    "arguments",
                    Map.of("role", "reporting", "grantee", "analyst", "duration", duration)))
            .body();
    JsonNode waiting =
        stage
            .http()
            .until("agent-1", path(action), now -> is(now, "PENDING_REVIEW") || isOver(now));
    Map<String, String> vote =
        Map.of("decision", "approve", "action_digest", waiting.path("action_digest").asText());
    stage.http().post("bob", path(action) + "/votes", vote);
    stage.http().post("alice", path(action) + "/votes", vote);
    JsonNode done = stage.http().until("agent-1", path(action), RealGrantTest::isOver);
    assertThat(done.path("status").asText()).describedAs("%s", done).isEqualTo("SUCCEEDED");
    assertThat(done.path("grant").path("state").asText()).isEqualTo("in_force");
    return done;
  }

  private void ends(JsonNode action, String why, String how) throws Exception {
    Instant until = Instant.parse(action.path("grant").path("until").asText());
    awaitGone();
    Instant gone = Instant.now();
    assertThat(gone).isAfterOrEqualTo(until);
    System.out.printf(
        "%s: gone %d ms after its end%n", how, Duration.between(until, gone).toMillis());
    assertThat(grant(action).path("ended_why").asText()).isEqualTo(why);
  }

  private JsonNode grant(JsonNode action) throws Exception {
    return stage
        .http()
        .until(
            "agent-1",
            path(action),
            now -> now.path("grant").path("state").asText().equals("ended"))
        .path("grant");
  }

  private void awaitGone() throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (isMember()) {
      assertThat(System.nanoTime()).describedAs(stage.logs()).isLessThan(end);
    }
  }

  private boolean isMember() throws Exception {
    DatabaseConfig shop = stage.stage().shop();
    try (var login = DriverManager.getConnection(shop.url(), shop.user(), shop.password());
        var row =
            login
                .createStatement()
                .executeQuery("select pg_has_role('analyst', 'reporting', 'member')")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static boolean is(JsonNode action, String status) {
    return action.path("status").asText().equals(status);
  }

  private static boolean isOver(JsonNode action) {
    return action.path("terminal").asBoolean();
  }

  private static String path(JsonNode action) {
    return "/v1/actions/" + action.path("id").asText();
  }
}
