package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.audit.AddCheckpoint;
import io.countersign.audit.SigningKey;
import io.countersign.store.integration.SigningKeyFile;
import io.countersign.witness.SampleLog;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A witness of its own, killed while it signs: it never forgets what it answered. */
@Timeout(300)
class WitnessKillTest {
  private static final int ROUNDS = 4;
  private static final int SIZE = 20_000;

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder = Path.of("");

  @Test
  void killedWitnessSignsNoShorterTreeAfterwards() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    SigningKey key = SigningKeyFile.readOrCreate("log.example", folder.resolve("log.pem"));
    var unusedKey = SigningKeyFile.readOrCreate("witness.example", folder.resolve("witness.pem"));
    Files.writeString(folder.resolve("logs.vkey"), key.verifierKey() + "\n");
    SampleLog log = new SampleLog(key, "entry ", SIZE);
    long acknowledged = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (ChildProcess witness = start(round)) {
        JsonNode ready = witness.ready(ready(round));
        URI url = URI.create(ready.path("url").asText() + "/add-checkpoint");
        HttpResponse<String> first = ask(url, log.request(0, 1));
        assertThat(first.statusCode()).isEqualTo(round == 0 ? 200 : 409);
        long known = round == 0 ? 1 : Long.parseLong(first.body().strip());
        assertThat(known).as("seed %s", seed).isGreaterThanOrEqualTo(round == 0 ? 0 : acknowledged);
        if (known > 1) {
          assertThat(ask(url, log.request(1, 1)).statusCode()).isEqualTo(409);
        }
        Thread killer = killer(witness, 200 + random.nextInt(800));
        acknowledged = grow(url, log, Math.max(known, 1));
        killer.join();
      }
    }
    assertThat(acknowledged).isGreaterThan(ROUNDS);
  }

  private ChildProcess start(int round) throws IOException {
    String[] arguments = {
      "witness",
      "--key",
      "witness.pem",
      "--name",
      "witness.example",
      "--logs",
      "logs.vkey",
      "--state",
      "state",
      "--listen",
      "127.0.0.1:0",
      "--ready-file",
      ready(round).toString(),
      "--begin"
    };
    int length = round == 0 ? arguments.length : arguments.length - 1;
    return ChildProcess.start(folder, Map.of(), java.util.Arrays.copyOf(arguments, length));
  }

  private Path ready(int round) {
    return folder.resolve("ready" + round);
  }

  private static Thread killer(ChildProcess witness, int milliseconds) {
    return Thread.ofPlatform()
        .start(
            () -> {
              LockSupport.parkNanos(milliseconds * 1_000_000L);
              try {
                witness.kill();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Until the witness is gone; answers the last size that it acknowledged. */
  private long grow(URI url, SampleLog log, long from) throws InterruptedException {
    long size = from;
    try {
      while (size < SIZE) {
        HttpResponse<String> answer = ask(url, log.request(size, size + 1));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        size++;
      }
    } catch (IOException e) {
      return size;
    }
    return size;
  }

  private HttpResponse<String> ask(URI url, AddCheckpoint request)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(url)
            .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
