package io.countersign.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Json;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/** Speaks the public HTTP API for tests, with bodies as they are: good, bad and broken. */
final class ApiClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String url;
  private final Function<String, String> tokens;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param tokens the bearer token of a person or agent
   */
  ApiClient(String url, Function<String, String> tokens) {
    this.url = url;
    this.tokens = tokens;
  }

  static ApiClient of(DemoServer server) {
    return new ApiClient(server.url(), server::token);
  }

  /** An answer as it came. */
  record Answer(int http, String contentType, String text) {
    JsonNode body() {
      try {
        return text.isEmpty() ? MissingNode.getInstance() : Json.MAPPER.readTree(text);
      } catch (IOException e) {
        throw new AssertionError("no JSON: " + text, e);
      }
    }

    String code() {
      return body().path("code").asText();
    }

    String detail() {
      return body().path("detail").asText();
    }

    String id() {
      return body().path("id").asText();
    }

    String status() {
      return body().path("status").asText();
    }

    String digest() {
      return body().path("action_digest").asText();
    }
  }

  /** A well-formed proposal, for tests to break. */
  static ObjectNode proposal(String sql, Object... params) {
    return Json.MAPPER.valueToTree(
        Map.of(
            "kind", "execute_sql",
            "target", "shop",
            "arguments", Map.of("sql", sql, "params", List.of(params)),
            "reason", "a test asks"));
  }

  /** Submits and waits until the action is decided or needs people. */
  Answer submit(String who, String sql, Object... params) {
    return submit(who, UUID.randomUUID().toString(), proposal(sql, params));
  }

  Answer submit(String who, String key, JsonNode proposal) {
    return send(
        request(who, "/v1/actions")
            .header("idempotency-key", key)
            .header("prefer", "wait=20")
            .POST(BodyPublishers.ofString(Json.write(proposal))));
  }

  Answer vote(String who, Answer action, String decision) {
    return vote(who, action.id(), decision, action.digest(), "looked at by a test");
  }

  Answer vote(String who, String id, String decision, String digest, String reason) {
    return post(
        who,
        "/v1/actions/" + id + "/votes",
        Json.write(Map.of("decision", decision, "action_digest", digest, "reason", reason)));
  }

  Answer post(String who, String path, String body) {
    return post(who, path, body.getBytes(StandardCharsets.UTF_8));
  }

  Answer post(String who, String path, byte[] body) {
    return send(request(who, path).POST(BodyPublishers.ofByteArray(body)));
  }

  Answer get(String who, String path) {
    return send(request(who, path).GET());
  }

  Answer delete(String who, String path) {
    return send(request(who, path).DELETE());
  }

  /** Follows an action by long polling until it has ended. */
  Answer ended(String who, String id) {
    return until(who, id, now -> now.body().path("terminal").asBoolean());
  }

  /** Follows an action by long polling until it is as expected; fails after a minute. */
  Answer until(String who, String id, Predicate<Answer> expected) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Answer now = get(who, "/v1/actions/" + id);
    while (!expected.test(now)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not as expected: " + now);
      }
      now = get(who, "/v1/actions/" + id + "?wait=2");
    }
    return now;
  }

  HttpRequest.Builder request(String who, String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("authorization", "Bearer " + tokens.apply(who))
        .header("content-type", "application/json")
        .timeout(PATIENCE);
  }

  Answer send(HttpRequest.Builder request) {
    try {
      var response = sendOnLiveConnection(request.build());
      String type = response.headers().firstValue("content-type").orElse("");
      return new Answer(response.statusCode(), type, response.body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /**
   * A server may close a kept connection just when the next request goes out on it, before it has
   * read a byte; that request goes out once more on a new connection.
   */
  private HttpResponse<String> sendOnLiveConnection(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      if (!(e.getCause() instanceof EOFException)) {
        throw e;
      }
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
