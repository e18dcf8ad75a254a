package io.countersign.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.AddCheckpoint;
import io.countersign.audit.Cosignature;
import io.countersign.audit.CosignerKey;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SignedNote;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.audit.TrustedKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The witness over HTTP: what C2SP tlog-witness says of each answer. */
@Timeout(120)
class WitnessTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String ORIGIN = "log.example/audit";

  private final SigningKey key = SigningKey.generate("witness.example/w1");
  private final SigningKey logKey = SigningKey.generate(ORIGIN);
  private final SampleLog log = new SampleLog(logKey, "entry ", 40);
  private final SampleLog fork = new SampleLog(logKey, "other ", 40);
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder = Path.of("");
  private WitnessProcess witness;

  WitnessTest() throws EvidenceException {}

  @BeforeEach
  void begin() throws Exception {
    witness = start(true);
  }

  @AfterEach
  void close() throws IOException {
    witness.close();
    http.close();
  }

  private Path state() {
    return folder.resolve("state");
  }

  private WitnessProcess start(boolean begin) throws IOException, WitnessException {
    return WitnessProcess.start(
        key,
        new KeyRing(List.of(new TrustedKey(logKey.verifierKey(), 30))),
        state(),
        begin,
        new InetSocketAddress("127.0.0.1", 0),
        InstantSource.fixed(NOW));
  }

  private void restart() throws Exception {
    witness.close();
    witness = start(false);
  }

  private HttpResponse<String> post(String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri("/add-checkpoint"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + witness.port() + path);
  }

  private int ask(AddCheckpoint request) throws Exception {
    return post(request.toString()).statusCode();
  }

  private String last() throws Exception {
    String path = "/" + AddCheckpoint.originHash(ORIGIN) + "/checkpoint";
    return http.send(
            HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void growingLogIsCosignedWithTheTime() throws Exception {
    for (long[] step : new long[][] {{0, 5}, {5, 5}, {5, 6}, {6, 30}}) {
      AddCheckpoint request = log.request(step[0], step[1]);
      HttpResponse<String> answer = post(request.toString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      SignedNote cosigned = SignedNote.parse(request.checkpoint() + answer.body());
      assertThat(Cosignature.verify(cosigned, CosignerKey.of(key))).isEqualTo(NOW);
      assertThat(last()).isEqualTo(cosigned.toString());
    }
  }

  @Test
  void witnessAskedToSignAShorterTreeRefuses() throws Exception {
    assertThat(ask(log.request(0, 20))).isEqualTo(200);
    HttpResponse<String> answer = post(log.request(10, 10).toString());
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.body()).isEqualTo("20\n");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/x.tlog.size");
    assertThat(ask(log.request(0, 10))).as("from the beginning").isEqualTo(409);
    assertThat(ask(new AddCheckpoint(20, List.of(), log.checkpoint(10))))
        .as("shorter than it says")
        .isEqualTo(400);
    assertThat(last()).startsWith(ORIGIN + "\n20\n");
  }

  @Test
  void otherHistoryIsRefused() throws Exception {
    assertThat(ask(log.request(0, 20))).isEqualTo(200);
    assertThat(ask(fork.request(20, 20))).as("same size").isEqualTo(422);
    assertThat(ask(fork.request(20, 25))).as("longer").isEqualTo(422);
    assertThat(ask(new AddCheckpoint(20, List.of(), log.checkpoint(25)))).isEqualTo(422);
    assertThat(ask(new AddCheckpoint(20, log.proof(19, 25), log.checkpoint(25)))).isEqualTo(422);
    assertThat(last()).startsWith(ORIGIN + "\n20\n");
    assertThat(ask(log.request(20, 25))).isEqualTo(200);
  }

  @Test
  void firstCheckpointNeedsNoProofAndTakesNone() throws Exception {
    assertThat(ask(new AddCheckpoint(0, List.of(TreeHash.EMPTY), log.checkpoint(5))))
        .isEqualTo(422);
    assertThat(ask(log.request(0, 5))).isEqualTo(200);
  }

  @Test
  void emptyTreeHasOneRoot() throws Exception {
    String forged = new io.countersign.audit.Checkpoint(ORIGIN, 0, TreeHash.leaf("x")).sign(logKey);
    assertThat(ask(new AddCheckpoint(0, List.of(), forged))).isEqualTo(422);
    assertThat(ask(new AddCheckpoint(0, List.of(), log.checkpoint(0)))).isEqualTo(200);
  }

  @Test
  void unknownLogsAndKeysAreRefused() throws Exception {
    SampleLog unknown = new SampleLog(SigningKey.generate("other.example/log"), "x", 5);
    assertThat(ask(unknown.request(0, 5))).isEqualTo(404);
    SampleLog thief = new SampleLog(SigningKey.generate(ORIGIN), "entry ", 5);
    assertThat(ask(thief.request(0, 5))).isEqualTo(403);
    String changed = log.request(0, 5).toString().replace("\n5\n", "\n6\n");
    assertThat(post(changed).statusCode()).isEqualTo(403);
    assertThat(ask(log.request(0, 31))).as("beyond the key's end").isEqualTo(403);
    assertThat(last()).doesNotContain(ORIGIN);
  }

  @Test
  void malformedRequestsAreRefused() throws Exception {
    String good = log.request(0, 5).toString();
    for (String wrong :
        List.of(
            "",
            "nonsense",
            good.replace("old 0", "old 00"),
            good.replace("old 0", "new 0"),
            good.replace("\n\n", "\n"),
            good + " ".repeat(WitnessServer.MAX_BODY))) {
      assertThat(post(wrong).statusCode()).isEqualTo(400);
    }
    assertThat(post(good).statusCode()).isEqualTo(200);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(uri("/add-checkpoint")).build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(405);
  }

  @Test
  void witnessRemembersAfterARestart() throws Exception {
    assertThat(ask(log.request(0, 20))).isEqualTo(200);
    String before = last();
    // What a crash leaves while the next state is written.
    Files.writeString(folder.resolve("state.next"), "half a reco");
    restart();
    assertThat(last()).isEqualTo(before);
    assertThat(ask(log.request(0, 10))).isEqualTo(409);
    assertThat(ask(log.request(20, 25))).isEqualTo(200);
  }

  /** Whoever runs one log must not keep the witness of others from starting again. */
  @Test
  void checkpointThatReadsAsAnotherRecordIsRefused() throws Exception {
    String text = SignedNote.parse(log.checkpoint(5)).text();
    for (String line : List.of("# torn", "\u2014 x AAAA")) {
      String note = SignedNote.sign(text + line + "\n", logKey).toString();
      assertThat(ask(new AddCheckpoint(0, List.of(), note))).as(line).isEqualTo(400);
    }
    String extended = SignedNote.sign(text + "extension\n", logKey).toString();
    assertThat(ask(new AddCheckpoint(0, List.of(), extended))).isEqualTo(200);
    restart();
    assertThat(last()).startsWith(text + "extension\n");
  }

  @Test
  void witnessThatCannotRememberDoesNotSign() throws Exception {
    assertThat(ask(log.request(0, 20))).isEqualTo(200);
    Files.createDirectory(folder.resolve("state.next"));
    HttpResponse<String> answer = post(log.request(20, 25).toString());
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("\u2014");
    assertThat(last()).startsWith(ORIGIN + "\n20\n");
  }

  @Test
  void twoWitnessesDoNotShareAState() {
    assertThatThrownBy(() -> start(false)).hasMessageContaining("in use by another witness");
  }

  @Test
  void lostOrChangedStateIsRefused() throws Exception {
    assertThat(ask(log.request(0, 20))).isEqualTo(200);
    witness.close();
    String state = Files.readString(state());
    Files.writeString(state(), state.replace("\n20\n", "\n10\n"));
    assertThatThrownBy(() -> start(false)).hasMessageContaining("the cosignature of");
    Files.writeString(state(), state.substring(0, state.length() - 30));
    assertThatThrownBy(() -> start(false)).isInstanceOf(WitnessException.class);
    Files.delete(state());
    assertThatThrownBy(() -> start(false)).hasMessageContaining("needs `--begin`");
    Files.writeString(state(), state);
    assertThatThrownBy(() -> start(true)).as("begins over").isInstanceOf(IOException.class);
    witness = start(false);
    assertThat(last().getBytes(UTF_8)).isNotEmpty();
  }
}
