import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times an allowed read over HTTP, one at a time: from the request to the answer that it succeeded
 * (verdict, execution, masked result stored). Needs a ready file of {@code ./countersign demo}.
 */
public final class AllowedRead {
  private static final int WARM_UP = 100;

  private AllowedRead() {}

  /** Arguments: the ready file, and how many requests to time (300 where absent). */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String ready = Files.readString(Path.of(arguments[0]));
    int requests = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 300;
    String url = field(ready, "url");
    String token = field(ready, "agent-1");
    double[] millis = new double[requests];
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = -WARM_UP; i < requests; i++) {
        long begin = System.nanoTime();
        String answer = submit(client, url, token, i);
        if (!answer.contains("\"status\":\"SUCCEEDED\"")) {
          throw new IOException("not answered as expected: " + answer);
        }
        if (i >= 0) {
          millis[i] = (System.nanoTime() - begin) / 1e6;
        }
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        "allowed read over HTTP, %d requests one at a time, after %d to warm up:%n"
            + "p50 %.1f ms  p95 %.1f ms  p99 %.1f ms  max %.1f ms%n",
        requests,
        WARM_UP,
        millis[requests / 2],
        millis[requests * 95 / 100],
        millis[requests * 99 / 100],
        millis[requests - 1]);
  }

  private static String submit(HttpClient client, String url, String token, int number)
      throws IOException, InterruptedException {
    String body =
        """
        {"kind":"execute_sql","target":"shop","reason":"measuring",
         "arguments":{"sql":"select id, name, city from customers where id = $1","params":[%d]}}
        """
            .formatted(1 + Math.floorMod(number, 1000));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/actions"))
            .header("authorization", "Bearer " + token)
            .header("content-type", "application/json")
            .header("prefer", "wait=10")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(json);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no `" + name + "` in the ready file");
    }
    return matcher.group(1);
  }
}
