package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.slack.api.app_backend.SlackSignature;
import io.countersign.action.ActionId;
import io.countersign.action.Json;
import io.countersign.activity.channel.FakeSlack;
import io.countersign.activity.channel.FakeSlack.Call;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An action's life in Slack, with the whole application on one side and Slack's API on the other.
 */
class SlackStoryTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String SECRET = "signing-secret";
  private static FakeSlack slack;
  private static Demo demo;
  private static JsonNode ready;

  @BeforeAll
  static void start() throws Exception {
    System.setProperty("countersign.home", Path.of("..").toAbsolutePath().toString());
    slack = new FakeSlack();
    demo =
        Demo.start(
            0,
            Optional.empty(),
            Optional.empty(),
            true,
            tree ->
                tree.putObject("slack")
                    .put("botToken", "xoxb-fake")
                    .put("signingSecret", SECRET)
                    .put("channel", "C1")
                    .put("apiUrl", slack.config().api())
                    .put("teamId", "T1")
                    .put("appId", "A1"));
    ready = Json.MAPPER.valueToTree(demo.ready());
  }

  @AfterAll
  static void stop() throws Exception {
    demo.close();
    slack.close();
  }

  @Test
  void anActionIsApprovedInSlackAfterTheAccountIsLinked() throws Exception {
    String id = submit("update customers set city = 'Bonn' where id = 11");
    Call card = await(() -> card(id), Optional::isPresent).orElseThrow();
    assertThat(card.buttons()).contains("approve", "deny", "open");

    link("UBOB", "bob", card);
    assertThat(status(id)).isEqualTo("PENDING_REVIEW");
    assertThat(press("UBOB", "approve", card)).isEqualTo(200);
    assertThat(await(() -> status(id), "SUCCEEDED"::equals)).isEqualTo("SUCCEEDED");
    Call last =
        await(() -> lastUpdate(id), update -> update.filter(SlackStoryTest::isOver).isPresent())
            .orElseThrow();
    assertThat(last.buttons()).doesNotContain("approve", "deny");
    assertThat(slack.calls("chat.postMessage").stream().filter(call -> isOf(call, id))).hasSize(1);
  }

  @Test
  void aDenialAsksForItsReasonInADialog() throws Exception {
    String id = submit("update customers set city = 'Kiel' where id = 12");
    Call card = await(() -> card(id), Optional::isPresent).orElseThrow();
    link("UALICE", "alice", card);
    assertThat(press("UALICE", "deny", card)).isEqualTo(200);
    Call dialog =
        await(() -> slack.calls("views.open").stream().findFirst(), Optional::isPresent)
            .orElseThrow();
    JsonNode view = FakeSlack.json(dialog.get("view"));
    JsonNode input = view.findPath("element");
    String block = view.findPath("block_id").asText();
    Map<String, Object> submission =
        Map.of(
            "type", "view_submission",
            "api_app_id", "A1",
            "team", Map.of("id", "T1"),
            "user", Map.of("id", "UALICE", "team_id", "T1"),
            "view",
                Map.of(
                    "callback_id", view.path("callback_id").asText(),
                    "private_metadata", view.path("private_metadata").asText(),
                    "state",
                        Map.of(
                            "values",
                            Map.of(
                                block,
                                Map.of(
                                    input.path("action_id").asText(),
                                    Map.of("value", "wrong customer"))))));
    assertThat(send(Json.write(submission), SECRET)).isEqualTo(200);
    assertThat(await(() -> status(id), "DENIED"::equals)).isEqualTo("DENIED");
    assertThat(get("agent-1", "/v1/actions/" + id).path("error").path("message").asText())
        .isEqualTo("wrong customer");
  }

  @Test
  @Leaves({"POST /slack/interactions", "POST /v1/slack/link", "DELETE /v1/slack/link"})
  void linkPressAndUnlinkLeaveOneEventEach() throws Exception {
    String id = submit("update customers set city = 'Trier' where id = 15");
    Call card = await(() -> card(id), Optional::isPresent).orElseThrow();
    long linked = events("identity.linked");
    link("UERIN", "alice", card);
    assertThat(events("identity.linked")).isEqualTo(linked + 1);
    for (int i = 0; i < 2; i++) {
      assertThat(press("UERIN", "approve", card)).isEqualTo(200);
    }
    assertThat(await(() -> status(id), "SUCCEEDED"::equals)).isEqualTo("SUCCEEDED");
    JsonNode timeline = get("dave", "/v1/actions/" + id + "/events");
    assertThat(timeline.findValuesAsText("type")).containsOnlyOnce("vote.counted");
    long unlinked = events("identity.unlinked");
    ApiClient api =
        new ApiClient(ready.path("url").asText(), who -> ready.path("tokens").path(who).asText());
    for (int i = 0; i < 2; i++) {
      assertThat(api.delete("alice", "/v1/slack/link").http()).isBetween(200, 404);
    }
    assertThat(events("identity.unlinked")).isEqualTo(unlinked + 1);
  }

  private static long events(String type) {
    return demo.application()
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select (select count(*) from audit_outbox where type = :type)
                          + (select count(*) from audit_entry where type = :type)
                        """)
                    .bind("type", type)
                    .mapTo(Long.class)
                    .one());
  }

  @Test
  void aForgedPressChangesNothing() throws Exception {
    String id = submit("update customers set city = 'Mainz' where id = 13");
    Call card = await(() -> card(id), Optional::isPresent).orElseThrow();
    assertThat(send(pressed("UALICE", "approve", card), "another-secret")).isEqualTo(401);
    assertThat(status(id)).isEqualTo("PENDING_REVIEW");
  }

  @Test
  void valuesOfTaggedColumnsAreNotInChatAndCannotBeApprovedThere() throws Exception {
    String id = submit("update customers set email = 'planted-4711@x.example' where id = 14");
    Call card = await(() -> card(id), Optional::isPresent).orElseThrow();
    assertThat(card.form().toString()).doesNotContain("planted-4711");
    assertThat(card.buttons()).contains("deny", "open").doesNotContain("approve");
  }

  private static Optional<Call> card(String id) {
    return slack.calls("chat.postMessage").stream().filter(call -> isOf(call, id)).findFirst();
  }

  private static Optional<Call> lastUpdate(String id) {
    return slack.calls("chat.update").stream()
        .filter(call -> isOf(call, id))
        .reduce((first, last) -> last);
  }

  private static boolean isOf(Call call, String id) {
    return call.form().toString().contains(id);
  }

  private static boolean isOver(Call call) {
    return !call.buttons().contains("approve");
  }

  /** Presses a button unlinked, and confirms the link that the answer offers. */
  private static void link(String user, String person, Call card) throws Exception {
    int before = slack.calls("respond").size();
    assertThat(press(user, "approve", card)).isEqualTo(200);
    await(() -> slack.calls("respond").size(), count -> count > before);
    String answer = slack.calls("respond").getLast().body();
    Matcher code = Pattern.compile("slack/link\\?code=([A-Za-z0-9_-]+)").matcher(answer);
    assertThat(code.find()).describedAs(answer).isTrue();
    post(person, "/v1/slack/link", Map.of("code", code.group(1)));
  }

  private static int press(String user, String button, Call card) throws Exception {
    return send(pressed(user, button, card), SECRET);
  }

  private static String pressed(String user, String button, Call card) {
    String value = "";
    for (JsonNode element : card.blocks().findValues("elements")) {
      for (JsonNode candidate : element) {
        if (candidate.path("action_id").asText().equals(button)) {
          value = candidate.path("value").asText();
        }
      }
    }
    return Json.write(
        Map.of(
            "type",
            "block_actions",
            "api_app_id",
            "A1",
            "team",
            Map.of("id", "T1"),
            "user",
            Map.of("id", user, "team_id", "T1"),
            "trigger_id",
            "trigger-1",
            "response_url",
            slack.config().api() + "respond",
            "actions",
            List.of(Map.of("action_id", button, "value", value))));
  }

  private static int send(String payload, String secret) throws Exception {
    String body =
        "payload="
            + URLEncoder.encode(payload, StandardCharsets.UTF_8)
            + "&nonce="
            + ActionId.random();
    String at = String.valueOf(Clock.systemUTC().instant().getEpochSecond());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(ready.path("url").asText() + "/slack/interactions"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("X-Slack-Request-Timestamp", at)
            .header("X-Slack-Signature", new SlackSignature.Generator(secret).generate(at, body))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  private static String submit(String sql) throws Exception {
    StoryClient client = client();
    return client
        .submit("agent-1", "slack-" + ActionId.random(), sql, "customer moved")
        .body()
        .path("id")
        .asText();
  }

  private static void post(String who, String path, Map<String, String> body) throws Exception {
    StoryClient.Answer answer = client().post(who, path, body);
    assertThat(answer.http()).describedAs("%s", answer.body()).isBetween(200, 299);
  }

  private static JsonNode get(String who, String path) throws Exception {
    return client().get(who, path).body();
  }

  private static String status(String id) throws Exception {
    return get("agent-1", "/v1/actions/" + id).path("status").asText();
  }

  private static StoryClient client() {
    Map<String, String> tokens =
        Json.MAPPER.convertValue(
            ready.path("tokens"),
            Json.MAPPER.getTypeFactory().constructMapType(Map.class, String.class, String.class));
    return new StoryClient(ready.path("url").asText(), tokens);
  }

  /** Looks every 50 ms, for at most 20 seconds; answers what it saw last. */
  private static <T> T await(Callable<T> look, Predicate<T> wanted) throws Exception {
    long end = System.nanoTime() + 20_000_000_000L;
    T seen = look.call();
    while (!wanted.test(seen) && System.nanoTime() < end) {
      Thread.sleep(50);
      seen = look.call();
    }
    return seen;
  }
}
