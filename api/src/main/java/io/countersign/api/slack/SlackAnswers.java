package io.countersign.api.slack;

import io.countersign.action.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers only the person who pressed a button sees. The address comes with the request, so only
 * Slack's own host and the configured one are called, and no redirect is followed.
 */
final class SlackAnswers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlackAnswers.class);
  private static final String HOST = "hooks.slack.com";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final URI api;
  private final HttpClient http =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(PATIENCE)
          .build();

  SlackAnswers(URI api) {
    this.api = api;
  }

  void say(@Nullable String responseUrl, String words) {
    if (responseUrl == null || !isAllowed(responseUrl)) {
      LOG.warn("an answer in slack had no address it may be sent to");
      return;
    }
    Map<String, Object> answer =
        Map.of("response_type", "ephemeral", "replace_original", false, "text", words);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(responseUrl))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(answer)))
            .build();
    try {
      HttpResponse<Void> sent = http.send(request, HttpResponse.BodyHandlers.discarding());
      if (sent.statusCode() >= 300) {
        LOG.warn("slack answered an ephemeral message with {}", sent.statusCode());
      }
    } catch (IOException e) {
      LOG.warn("slack could not be reached for an ephemeral message");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isAllowed(String address) {
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException malformed) {
      return false;
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null) {
      return false;
    }
    boolean slack =
        "https".equals(uri.getScheme())
            && HOST.equals(uri.getHost())
            && (uri.getPort() == -1 || uri.getPort() == 443);
    boolean configured =
        api.getScheme().equals(uri.getScheme())
            && api.getHost().equals(uri.getHost())
            && uri.getPort() == api.getPort();
    return slack || configured;
  }

  @Override
  public void close() {
    http.close();
  }
}
