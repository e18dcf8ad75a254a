package io.countersign.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Digest;
import io.countersign.worker.ApiClient.Answer;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** An export from its proposal to its only download, over HTTP. */
class ExportDownloadTest {
  private static final String CUSTOMERS =
      "select id, email, city from customers where id <= 3 order by id";

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  private Answer propose(String who, String sql, String format) {
    ObjectNode proposal = ApiClient.proposal(sql).put("kind", "export_data");
    ((ObjectNode) proposal.get("arguments")).put("format", format);
    return api.submit(who, UUID.randomUUID().toString(), proposal);
  }

  private Answer exported(String who, String sql, String format) {
    Answer action = propose(who, sql, format);
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    for (String reviewer : List.of("alice", "bob")) {
      api.vote(reviewer, action, "approve");
    }
    Answer end = api.ended(who, action.id());
    assertThat(end.status()).as(end.text()).isEqualTo("SUCCEEDED");
    return end;
  }

  private static String artifact(Answer action) {
    return "/v1/actions/" + action.id() + "/artifact";
  }

  private HttpResponse<String> call(String who, String method, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          api.request(who, path).method(method, BodyPublishers.noBody()).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private List<String> events(String id) {
    JsonNode items = api.get("agent-1", "/v1/actions/" + id + "/events").body().path("items");
    return StreamSupport.stream(items.spliterator(), false)
        .map(item -> item.path("type").asText())
        .filter(type -> type.startsWith("artifact."))
        .toList();
  }

  @Test
  void fileIsForItsRequesterAndOnce() throws Exception {
    Answer action = exported("agent-1", CUSTOMERS, "csv");
    assertThat(action.body().path("class").asText()).isEqualTo("export");
    assertThat(action.body().at("/outcome/rows").asInt()).isEqualTo(3);
    assertThat(action.body().at("/artifact/state").asText()).isEqualTo("ready");
    assertThat(action.body().at("/artifact/rows").asInt()).isEqualTo(3);
    for (String other : List.of("alice", "carol", "dave")) {
      assertThat(api.get(other, artifact(action)).code()).isEqualTo("NOT_FOUND");
    }
    HttpResponse<String> asked = call("agent-1", "HEAD", artifact(action));
    assertThat(asked.statusCode()).isEqualTo(200);
    assertThat(events(action.id())).as("HEAD takes nothing").isEmpty();

    HttpResponse<String> file = call("agent-1", "GET", artifact(action));
    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.body()).startsWith("id,email,city\r\n1,•••,").hasLineCount(4);
    assertThat(file.headers().map().keySet()).containsAll(asked.headers().map().keySet());
    assertThat(file.headers().firstValue("content-type").orElseThrow()).startsWith("text/csv");
    assertThat(file.headers().firstValue("content-disposition"))
        .contains("attachment; filename=\"%s.csv\"".formatted(action.id()));
    assertThat(file.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(file.headers().firstValue("cache-control")).contains("no-store");
    String sha256 = Digest.sha256(file.body()).value();
    assertThat(action.body().at("/outcome/result_sha256").asText()).isEqualTo(sha256);
    byte[] hash = HexFormat.of().parseHex(sha256.substring("sha256:".length()));
    assertThat(file.headers().firstValue("repr-digest"))
        .contains("sha-256=:" + Base64.getEncoder().encodeToString(hash) + ":");

    assertThat(api.get("agent-1", artifact(action)).code()).isEqualTo("GONE");
    assertThat(call("agent-1", "HEAD", artifact(action)).statusCode()).isEqualTo(410);
    assertThat(events(action.id())).containsExactly("artifact.requested", "artifact.sent");
    assertThat(api.get("agent-1", "/v1/actions/" + action.id()).body().at("/artifact/state"))
        .hasToString("\"taken\"");
    assertThat(pieces()).isZero();
  }

  private long pieces() {
    return server
        .demo()
        .application()
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle.createQuery("select count(*) from artifact_chunk").mapTo(Long.class).one());
  }

  @Test
  void downloadThatBreaksOffIsToldApart() throws Exception {
    Answer action =
        exported(
            "agent-1",
            "select n, repeat('x', 300) as x from generate_series(1, 200000) as n",
            "jsonl");
    URI at = URI.create(server.url());
    String token = server.token("agent-1");
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                  .formatted(artifact(action), token)
                  .getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), US_ASCII))
          .isEqualTo("HTTP/1.1 200");
      socket.setSoLinger(true, 0);
    }
    api.until("agent-1", action.id(), now -> events(action.id()).size() == 2);
    assertThat(events(action.id())).containsExactly("artifact.requested", "artifact.broken");
    assertThat(api.get("agent-1", artifact(action)).code()).isEqualTo("GONE");
  }

  @Test
  void otherSiteStartsNoDownload() throws Exception {
    Answer action = exported("agent-1", CUSTOMERS, "jsonl");
    Answer refused =
        api.send(api.request("agent-1", artifact(action)).header("sec-fetch-site", "cross-site"));
    assertThat(refused.code()).isEqualTo("FORBIDDEN");
    Answer file = api.get("agent-1", artifact(action));
    assertThat(file.contentType()).startsWith("application/jsonl");
    assertThat(file.text().lines()).hasSize(3);
  }

  @Test
  void actionOfAnotherKindHasNoFile() {
    Answer read = api.submit("agent-1", "select 1");
    assertThat(read.status()).isEqualTo("SUCCEEDED");
    assertThat(api.get("agent-1", artifact(read)).code()).isEqualTo("NOT_FOUND");
  }

  @Test
  void unfinishedExportHasNoFile() {
    Answer waiting = propose("agent-1", CUSTOMERS, "csv");
    assertThat(api.get("agent-1", artifact(waiting)).code()).isEqualTo("NOT_FOUND");
    assertThat(waiting.body().path("artifact").isMissingNode()).isTrue();
    JsonNode packet = api.get("bob", "/v1/actions/" + waiting.id() + "/packet").body();
    assertThat(packet.at("/leaving/format").asText()).isEqualTo("csv");
    assertThat(packet.at("/leaving/columns/1").toString())
        .contains("\"name\":\"email\"", "\"masked\":true", "pii");
  }

  @Test
  void writeAsAnExportIsRefused() throws Exception {
    Answer refused = propose("agent-1", "delete from customers returning id", "csv");
    assertThat(refused.status()).isEqualTo("REFUSED");
    assertThat(refused.body().at("/error/code").asText()).isEqualTo("POLICY_REFUSED");
    Answer empty = propose("agent-1", "select from customers", "csv");
    assertThat(empty.status()).isEqualTo("REFUSED");
    assertThat(empty.body().at("/error/message").asText()).contains("no columns");
  }
}
