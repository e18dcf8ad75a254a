package io.countersign.worker;

import io.countersign.action.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/** Three actions for a newcomer to decide on, filed through the API like any agent's. */
final class SampleActions {
  private record Sample(
      String key, String sql, List<String> params, String reason, String ticket) {}

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample(
              "demo-void-order",
              "update orders set status = 'void' where id = $1",
              List.of("42"),
              "customer 42 asked to void the order",
              "OPS-7"),
          new Sample(
              "demo-old-payments",
              "delete from payments\nwhere paid_at < '2024-06-01' and amount < 5\nreturning id",
              List.of(),
              "finance asked to remove tiny payments older than the retention period",
              "FIN-112"),
          new Sample(
              "demo-correct-phone",
              "update customers set phone = $1 where id = $2",
              List.of("+49 30 5550 0101", "7"),
              "customer called: the number on file is out of service",
              "SUP-2210"));

  private SampleActions() {}

  /** Idempotent: a restarted demo finds them again. */
  static void file(String url, String token) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (Sample sample : SAMPLES) {
        String body =
            Json.write(
                Map.of(
                    "kind", "execute_sql",
                    "target", "shop",
                    "arguments", Map.of("sql", sample.sql(), "params", sample.params()),
                    "reason", sample.reason(),
                    "ticket", sample.ticket()));
        HttpResponse<String> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/actions"))
                    .header("authorization", "Bearer " + token)
                    .header("content-type", "application/json")
                    .header("idempotency-key", sample.key())
                    .header("prefer", "wait=20")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
          throw new IOException("a sample action was not taken: " + answer.statusCode());
        }
      }
    }
  }
}
