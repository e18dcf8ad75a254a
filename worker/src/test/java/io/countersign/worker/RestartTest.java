package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A demo that is killed with {@code kill -9} goes on where it was when it starts again. */
class RestartTest {
  private Path folder = Path.of("");
  private Path data = Path.of("");
  private JsonNode ready = MissingNode.getInstance();
  private Map<String, String> unpackingTo = Map.of();
  private int starts;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = Files.createTempDirectory("countersign-restart");
    // PostgreSQL runs as another user when this process is root.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    data = folder.resolve("data");
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    Optional<ProcessHandle> database = database();
    if (database.isPresent()) {
      database.get().destroy();
      database.get().onExit().get(60, TimeUnit.SECONDS);
    }
    new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
  }

  @Test
  void actionsWaitWithTheirVotesAndDeadlinesAndExecuteOnce() throws Exception {
    Answer waiting;
    Answer twoSeats;
    BigDecimal before;
    try (ChildProcess first = start()) {
      before = amount(4_711);
      twoSeats = submit("update payments set amount = amount + 100 where id = 4711");
      assertThat(twoSeats.status()).isEqualTo("PENDING_REVIEW");
      assertThat(api().vote("bob", twoSeats, "approve").http()).isEqualTo(200);
      waiting = api().get("agent-1", "/v1/actions/" + twoSeats.id());
      first.kill();
    }
    String anchored = Files.readString(anchor());
    assertThat(anchored).startsWith("countersign.demo/audit\n");
    assertThat(database()).as("an orphaned database").isPresent();
    try (ChildProcess second = start()) {
      Answer again = api().get("agent-1", "/v1/actions/" + twoSeats.id());
      assertThat(again.status()).isEqualTo("PENDING_REVIEW");
      assertThat(again.body().path("seats")).isEqualTo(waiting.body().path("seats"));
      assertThat(again.body().path("seats").toString()).contains("\"have\":1", "\"have\":0");
      assertThat(again.body().path("expires_at")).isEqualTo(waiting.body().path("expires_at"));
      assertThat(again.body().path("expires_at").asText()).isNotEmpty();
      assertThat(api().vote("alice", twoSeats, "approve").http()).isEqualTo(200);
      assertThat(api().ended("agent-1", twoSeats.id()).status()).isEqualTo("SUCCEEDED");
      assertThat(amount(4_711).subtract(before)).isEqualByComparingTo("100");
      assertThat(Files.readString(anchor()))
          .startsWith(anchored)
          .hasSizeGreaterThan(anchored.length());
      assertThat(health()).contains("entries are anchored");
      second.stop();
      assertThat(second.out()).contains("a real one belongs on another volume");
    }
    assertThat(database()).as("a database after Ctrl-C").isEmpty();
  }

  @Test
  void folderOfAReleaseWithoutAnAnchorGetsOne() throws Exception {
    try (ChildProcess first = start()) {
      first.stop();
    }
    Files.delete(anchor());
    try (ChildProcess second = start()) {
      assertThat(submit("select 1").status()).isEqualTo("SUCCEEDED");
      assertThat(health()).contains("anchors").doesNotContain("failing", "contradict");
      second.stop();
    }
    assertThat(Files.readString(anchor())).startsWith("countersign.demo/audit\n");
  }

  @Test
  void unpackingThatWasBrokenOffBeginsAgain() throws Exception {
    Path binaries = folder.resolve("binaries");
    unpackingTo = Map.of("JAVA_TOOL_OPTIONS", "-Dot.epg.working-dir=" + binaries);
    try (ChildProcess first = start()) {
      first.stop();
    }
    breakOff(binaries);
    try (ChildProcess second = start()) {
      assertThat(submit("select 1").status()).isEqualTo("SUCCEEDED");
      second.stop();
    }
  }

  /** As an unpacker that was killed leaves it: half a file, and a link that leads nowhere yet. */
  private static void breakOff(Path binaries) throws IOException {
    Path unpacked;
    try (Stream<Path> folders = Files.list(binaries)) {
      unpacked = folders.findFirst().orElseThrow();
    }
    Files.delete(unpacked.resolve(".exists"));
    Files.write(unpacked.resolve("bin/initdb"), new byte[100]);
    Files.write(unpacked.resolve("bin/postgres"), new byte[100]);
    try (Stream<Path> files = Files.walk(unpacked)) {
      Path link = files.filter(Files::isSymbolicLink).findFirst().orElseThrow();
      Files.delete(link.toRealPath());
      assertThat(Files.exists(link)).isFalse();
    }
  }

  @Test
  void actionCutOffRightAfterItsSubmissionIsDrivenOn() throws Exception {
    String id;
    try (ChildProcess first = start()) {
      JsonNode proposal = ApiClient.proposal("update orders set status = 'void' where id = 4711");
      Answer filed = api().post("agent-1", "/v1/actions", Json.write(proposal));
      first.kill();
      assertThat(filed.http()).isEqualTo(201);
      id = filed.id();
    }
    try (ChildProcess second = start()) {
      Answer judged = api().until("agent-1", id, now -> !now.status().equals("EVALUATING"));
      assertThat(judged.status()).isEqualTo("PENDING_REVIEW");
      api().vote("bob", judged, "approve");
      assertThat(api().ended("agent-1", id).status()).isEqualTo("SUCCEEDED");
      second.stop();
    }
  }

  @Test
  void voteInFlightWhenKilledTakesEffectOnceOrCanBeCastAgain() throws Exception {
    Answer action;
    BigDecimal before;
    try (ChildProcess first = start()) {
      before = amount(4_712);
      action = submit("update payments set amount = amount + 100 where id = 4712");
      api().vote("bob", action, "approve");
      ApiClient api = api();
      CompletableFuture<Void> vote =
          CompletableFuture.runAsync(() -> api.vote("alice", action, "approve"));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (ballots(action) < 2 && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      first.kill();
      vote.handle((done, cut) -> "killed").get(60, TimeUnit.SECONDS);
    }
    try (ChildProcess second = start()) {
      Answer end = api().ended("agent-1", action.id());
      assertThat(end.status()).isEqualTo("SUCCEEDED");
      assertThat(amount(4_712).subtract(before)).isEqualByComparingTo("100");
      second.stop();
    }
  }

  private ChildProcess start() throws IOException {
    Path file = folder.resolve("ready-" + starts++ + ".json");
    ChildProcess child =
        ChildProcess.start(
            folder,
            unpackingTo,
            "demo",
            "--port",
            "0",
            "--data",
            data.toString(),
            "--ready-file",
            file.toString());
    ready = child.ready(file);
    return child;
  }

  private Path anchor() {
    return data.resolve("anchor/checkpoints");
  }

  private String health() throws Exception {
    URI url = URI.create(ready.path("admin_url").asText() + "/healthcheck");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private ApiClient api() {
    JsonNode tokens = ready.path("tokens");
    return new ApiClient(ready.path("url").asText(), who -> tokens.path(who).asText());
  }

  private Answer submit(String sql) {
    return api().submit("agent-1", sql);
  }

  private BigDecimal amount(int payment) throws SQLException {
    return new BigDecimal(text("shop", "select amount from payments where id = " + payment));
  }

  private int ballots(Answer action) throws SQLException {
    String sql = "select count(*) from ballot where action_id = '%s'".formatted(action.id());
    return Integer.parseInt(text("control", sql));
  }

  private String text(String database, String sql) throws SQLException {
    JsonNode shop = ready.path("targets").path("shop");
    String url = shop.path("jdbc_url").asText().replaceFirst("shop$", database);
    String user = shop.path("user").asText();
    try (var connection = DriverManager.getConnection(url, user, shop.path("password").asText());
        var rows = connection.createStatement().executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  /** The PostgreSQL server of the demo's folder, if it runs. */
  private Optional<ProcessHandle> database() throws IOException {
    Path pid = data.resolve("postgres/postmaster.pid");
    if (!Files.exists(pid)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(pid);
    return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
  }
}
