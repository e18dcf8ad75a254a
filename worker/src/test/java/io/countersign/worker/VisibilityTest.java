package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.worker.ApiClient.Answer;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sees what: single actions, lists and the stream of changes. */
class VisibilityTest {
  private static final String UNKNOWN_ID = "act_00000000000000000000000000";

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/packet",
        "/events",
        "/result",
        "/receipt",
        "/receipt?subjects=true",
        "/votes/mine/receipt?subjects=true",
        "?wait=1"
      })
  void whatIsNotYoursLooksLikeWhatDoesNotExist(String rest) {
    Answer erins = api.submit("erin", "select count(*) from orders where id = 3");
    assertThat(erins.status()).isEqualTo("SUCCEEDED");
    assertSameAsUnknown(
        api.get("agent-1", path(erins) + rest), api.get("agent-1", unknown() + rest));
    assertSameAsUnknown(api.get("bob", path(erins) + rest), api.get("bob", unknown() + rest));
  }

  @Test
  void actingOnWhatIsNotYoursLooksTheSameToo() {
    Answer erins = api.submit("erin", "select count(*) from orders where id = 4");
    for (String who : List.of("agent-1", "bob")) {
      assertSameAsUnknown(
          api.post(who, path(erins) + "/cancel", ""), api.post(who, unknown() + "/cancel", ""));
      assertSameAsUnknown(
          api.post(who, path(erins) + "/revoke", ""), api.post(who, unknown() + "/revoke", ""));
    }
    assertSameAsUnknown(
        api.vote("agent-1", erins, "approve"),
        api.vote("agent-1", UNKNOWN_ID, "approve", erins.digest(), ""));
  }

  /** Nothing but the id may differ. */
  private static void assertSameAsUnknown(Answer seen, Answer unknown) {
    assertThat(seen.http()).isEqualTo(404);
    assertThat(seen.code()).isEqualTo("NOT_FOUND");
    assertThat(seen).isEqualTo(unknown);
  }

  @Test
  void listsHoldWhatTheCallerMaySee() {
    Answer reviewed = write(2_001);
    Answer erins = api.submit("erin", "select count(*) from orders where id = 5");
    assertThat(listed("agent-1")).contains(reviewed.id()).doesNotContain(erins.id());
    assertThat(listed("bob")).contains(reviewed.id()).doesNotContain(erins.id());
    assertThat(listed("carol")).contains(reviewed.id()).doesNotContain(erins.id());
    assertThat(listed("erin")).contains(erins.id()).doesNotContain(reviewed.id());
    assertThat(listed("dave")).contains(reviewed.id(), erins.id());
  }

  private Set<String> listed(String who) {
    Set<String> ids = new HashSet<>();
    String cursor = "";
    while (true) {
      JsonNode page = api.get(who, "/v1/actions?limit=3" + cursor).body();
      page.path("items").forEach(item -> ids.add(item.path("id").asText()));
      if (page.path("next_cursor").isNull()) {
        return ids;
      }
      cursor = "&cursor=" + page.path("next_cursor").asText();
    }
  }

  @Test
  void strangerCannotReadEvidenceOfTheTargets() {
    assertThat(api.get("agent-1", "/v1/audit/entries?start=0&end=1").http()).isEqualTo(403);
    assertThat(api.get("bob", "/v1/audit/entries?start=0&end=1").http()).isEqualTo(403);
  }

  @Test
  void streamTellsOfWhatTheCallerMaySee() throws Exception {
    try (Listener bob = new Listener("bob");
        Listener dave = new Listener("dave");
        Listener erin = new Listener("erin")) {
      Answer hidden = api.submit("erin", "select count(*) from orders where id = 6");
      Answer reviewed = write(2_002);
      bob.await(reviewed.id());
      dave.await(reviewed.id());
      dave.await(hidden.id());
      erin.await(hidden.id());
      api.vote("bob", reviewed, "deny");
      bob.await("DENIED");
      assertThat(bob.heard()).doesNotContain(hidden.id());
      assertThat(erin.heard()).doesNotContain(reviewed.id());
      assertThat(bob.heard()).contains("event: action").doesNotContain("total", "a test asks");
    }
  }

  @Test
  void streamResumesAfterTheLastEventSeen() throws Exception {
    Answer first = write(2_003);
    String since = api.get("bob", path(first)).body().path("changed_at").asText();
    Answer missed = write(2_004);
    try (Listener bob = new Listener("bob", since)) {
      bob.await(missed.id());
      assertThat(bob.heard()).doesNotContain(first.id());
    }
  }

  @Test
  void streamNeedsACaller() throws Exception {
    Answer answer =
        api.send(api.request("bob", "/v1/events").setHeader("authorization", "Bearer x").GET());
    assertThat(answer.http()).isEqualTo(401);
  }

  /** Reads the stream as a console would, from a thread of its own. */
  private final class Listener implements AutoCloseable {
    private final StringBuffer heard = new StringBuffer();
    private final HttpClient client = HttpClient.newHttpClient();

    Listener(String who, String... lastEventId) throws Exception {
      var request = api.request(who, "/v1/events").header("accept", "text/event-stream");
      if (lastEventId.length > 0) {
        request.header("last-event-id", lastEventId[0]);
      }
      var lines = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
      assertThat(lines.statusCode()).isEqualTo(200);
      Thread.ofVirtual().start(() -> listen(lines));
      if (lastEventId.length == 0) {
        await("listening");
      }
    }

    private void listen(HttpResponse<java.util.stream.Stream<String>> lines) {
      try {
        lines.body().forEach(line -> heard.append(line).append('\n'));
      } catch (java.io.UncheckedIOException closed) {
        heard.append("closed\n");
      }
    }

    String heard() {
      return heard.toString();
    }

    void await(String text) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!heard().contains(text)) {
        assertThat(System.nanoTime()).as("%s in %s", text, heard).isLessThan(end);
        java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
      }
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }

  private Answer write(int row) {
    Answer action = api.submit("agent-1", "update orders set total = 77777.25 where id = " + row);
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    return action;
  }

  private static String path(Answer action) {
    return "/v1/actions/" + action.id();
  }

  private static String unknown() {
    return "/v1/actions/" + UNKNOWN_ID;
  }
}
