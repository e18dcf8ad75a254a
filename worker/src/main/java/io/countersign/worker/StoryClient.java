package io.countersign.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;

/** Speaks the public HTTP API as one of the story's people, or as its agent. */
final class StoryClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String url;
  private final Map<String, String> tokens;
  private final HttpClient client = HttpClient.newHttpClient();

  StoryClient(String url, Map<String, String> tokens) {
    this.url = url;
    this.tokens = Map.copyOf(tokens);
  }

  /** An answer; problems carry a code, actions a status. */
  record Answer(int http, JsonNode body) {
    String code() {
      return body.path("code").asText();
    }

    String status() {
      return body.path("status").asText();
    }
  }

  Answer submit(String who, String key, String sql, String reason)
      throws IOException, InterruptedException {
    String body =
        Json.write(
            Map.of(
                "kind",
                "execute_sql",
                "target",
                "shop",
                "arguments",
                Map.of("sql", sql),
                "reason",
                reason));
    return answer(
        request(who, "/v1/actions")
            .header("idempotency-key", key)
            .header("prefer", "wait=20")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  Answer post(String who, String path, Map<String, ?> body)
      throws IOException, InterruptedException {
    return answer(request(who, path).POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
  }

  Answer get(String who, String path) throws IOException, InterruptedException {
    return answer(request(who, path).GET());
  }

  byte[] text(String who, String path) throws IOException, InterruptedException {
    return client
        .send(request(who, path).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
        .body();
  }

  /** Follows an action by long polling until it is as expected, for at most a minute. */
  JsonNode until(String who, String path, Predicate<JsonNode> expected)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode action = get(who, path + "?wait=5").body();
      if (expected.test(action) || System.nanoTime() > end) {
        return action;
      }
    }
  }

  private HttpRequest.Builder request(String who, String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("authorization", "Bearer " + tokens.get(who))
        .header("content-type", "application/json")
        .timeout(PATIENCE);
  }

  private Answer answer(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), Json.MAPPER.readTree(response.body()));
  }
}
