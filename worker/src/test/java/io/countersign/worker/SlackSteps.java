package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What people do in Slack, as requests of Slack to the application.
 *
 * @param url where the application answers
 */
record SlackSteps(FakeSlack slack, String url) {
  static final String SECRET = "signing-secret";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** The section of the configuration that reaches this Slack. */
  static void configure(ObjectNode tree, FakeSlack slack) {
    tree.putObject("slack")
        .put("botToken", "xoxb-fake")
        .put("signingSecret", SECRET)
        .put("channel", "C1")
        .put("apiUrl", slack.config().api())
        .put("teamId", "T1")
        .put("appId", "A1");
  }

  Optional<Call> card(String id) {
    return slack.calls("chat.postMessage").stream().filter(call -> isOf(call, id)).findFirst();
  }

  Call awaitCard(String id) throws Exception {
    return await(() -> card(id), Optional::isPresent).orElseThrow();
  }

  static boolean isOf(Call call, String id) {
    return call.form().toString().contains(id);
  }

  /** Presses a button unlinked; answers the code that the answer offers. */
  String linkCode(String user, Call card) throws Exception {
    int before = slack.calls("respond").size();
    assertThat(press(user, "approve", card)).isEqualTo(200);
    await(() -> slack.calls("respond").size(), count -> count > before);
    String answer = slack.calls("respond").getLast().body();
    Matcher code = Pattern.compile("slack/link\\?code=([A-Za-z0-9_-]+)").matcher(answer);
    assertThat(code.find()).describedAs(answer).isTrue();
    return code.group(1);
  }

  int press(String user, String button, Call card) throws Exception {
    return send(pressed(user, button, card), SECRET);
  }

  String pressed(String user, String button, Call card) {
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

  /** Presses deny, and gives the reason that the dialog asks for. */
  void deny(String user, Call card, String reason) throws Exception {
    int before = slack.calls("views.open").size();
    assertThat(press(user, "deny", card)).isEqualTo(200);
    await(() -> slack.calls("views.open").size(), count -> count > before);
    JsonNode view = FakeSlack.json(slack.calls("views.open").getLast().get("view"));
    String input = view.findPath("element").path("action_id").asText();
    Map<String, Object> values =
        Map.of(view.findPath("block_id").asText(), Map.of(input, Map.of("value", reason)));
    Map<String, Object> submission =
        Map.of(
            "type", "view_submission",
            "api_app_id", "A1",
            "team", Map.of("id", "T1"),
            "user", Map.of("id", user, "team_id", "T1"),
            "view",
                Map.of(
                    "callback_id", view.path("callback_id").asText(),
                    "private_metadata", view.path("private_metadata").asText(),
                    "state", Map.of("values", values)));
    assertThat(send(Json.write(submission), SECRET)).isEqualTo(200);
  }

  int send(String payload, String secret) throws Exception {
    String body =
        "payload="
            + URLEncoder.encode(payload, StandardCharsets.UTF_8)
            + "&nonce="
            + ActionId.random();
    String at = String.valueOf(Clock.systemUTC().instant().getEpochSecond());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/slack/interactions"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("X-Slack-Request-Timestamp", at)
            .header("X-Slack-Signature", new SlackSignature.Generator(secret).generate(at, body))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }

  /** Looks every 50 ms, for at most 20 seconds; answers what it saw last. */
  static <T> T await(Callable<T> look, Predicate<T> wanted) throws Exception {
    long end = System.nanoTime() + 20_000_000_000L;
    T seen = look.call();
    while (!wanted.test(seen) && System.nanoTime() < end) {
      Thread.sleep(50);
      seen = look.call();
    }
    return seen;
  }
}
