package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.api.identity.DemoIssuer;
import io.countersign.worker.ApiClient.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Nothing personal reaches logs or Temporal: literals, parameters, reasons, rows or names. */
class LogPrivacyTest {
  private static final String LITERAL = "pl4nted-literal";
  private static final String PARAMETER = "pl4nted-parameter";
  private static final String REASON = "pl4nted-reason";
  private static final String DENIAL = "pl4nted-denial";
  private static final String ROW = "pl4nted-row";

  @Test
  void historiesHoldIdsAndDigestsOnly() throws Exception {
    DemoServer server = DemoServer.start();
    for (Answer action : play(ApiClient.of(server), server.shop().url())) {
      String history =
          server
              .demo()
              .application()
              .client()
              .fetchHistory(action.id())
              .getHistory()
              .toByteString()
              .toString(StandardCharsets.ISO_8859_1);
      assertThat(history).contains(action.id(), action.digest());
      assertNothingPersonal(history);
    }
  }

  @Test
  void logsHoldNothingPersonalAtAnyLevel() throws Exception {
    DemoServer server = DemoServer.start();
    List<String> lines;
    try (HeardLogs heard = new HeardLogs()) {
      play(ApiClient.of(server), server.shop().url());
      lines = heard.lines();
    }
    assertThat(lines).anyMatch(line -> line.startsWith("io.countersign"));
    lines.forEach(LogPrivacyTest::assertNothingPersonal);
  }

  @Test
  void outputOfTheProcessHoldsNothingPersonal() throws Exception {
    Path folder = Files.createTempDirectory("countersign-privacy");
    // PostgreSQL runs as another user when this process is root.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path file = folder.resolve("ready.json");
    String data = folder.resolve("data").toString();
    try (ChildProcess demo =
        ChildProcess.start(
            folder,
            Map.of(),
            "demo",
            "--port",
            "0",
            "--data",
            data,
            "--ready-file",
            file.toString())) {
      JsonNode ready = demo.ready(file);
      JsonNode tokens = ready.path("tokens");
      String url = ready.path("url").asText();
      play(
          new ApiClient(url, who -> tokens.path(who).asText()),
          ready.at("/targets/shop/jdbc_url").asText());
      demo.stop();
      assertThat(demo.out()).contains("Countersign is running");
      for (String output : List.of(demo.out(), demo.err())) {
        assertThat(output).doesNotContain("pl4nted");
      }
    } finally {
      new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
    }
  }

  /** An action of every ending, all with something to hide. */
  private static List<Answer> play(ApiClient api, String shop) throws SQLException {
    plantRow(shop);
    Answer read = submit(api, "select city from customers where city = $1", ROW);
    assertThat(read.status()).isEqualTo("SUCCEEDED");
    assertThat(api.get("agent-1", "/v1/actions/" + read.id() + "/result").text()).contains(ROW);
    Answer literal = submit(api, "select '" + LITERAL + "', $1::text", PARAMETER);
    assertThat(literal.status()).isEqualTo("SUCCEEDED");
    Answer written = submit(api, update("id = 12"), PARAMETER);
    api.vote("bob", written.id(), "approve", written.digest(), REASON);
    assertThat(api.ended("agent-1", written.id()).status()).isEqualTo("SUCCEEDED");
    Answer denied = submit(api, update("id = 13"), PARAMETER);
    api.vote("carol", denied, "approve");
    api.vote("bob", denied.id(), "deny", denied.digest(), DENIAL);
    Answer end = api.ended("agent-1", denied.id());
    assertThat(end.body().at("/error/message").asText()).isEqualTo(DENIAL);
    Answer failed = submit(api, "update orders set status = $1 where id = 14", PARAMETER);
    api.vote("bob", failed, "approve");
    assertThat(api.ended("agent-1", failed.id()).status()).isEqualTo("FAILED");
    Answer clash =
        submit(
            api,
            "insert into customers (name, email, phone, city, created_at) "
                + "values ($1, $1, $1, $1, now()), ($1, $1, $1, $1, now())",
            PARAMETER);
    api.vote("bob", clash, "approve");
    assertThat(api.ended("agent-1", clash.id()).status()).isEqualTo("FAILED");
    Answer refused = submit(api, "alter system set cluster_name = '" + LITERAL + "'");
    assertThat(refused.status()).isEqualTo("REFUSED");
    Answer unparsed = submit(api, "selec '" + LITERAL + "'");
    assertThat(unparsed.status()).isEqualTo("REFUSED");
    return List.of(read, literal, written, denied, failed, clash, refused, unparsed);
  }

  private static String update(String where) {
    return "update customers set city = $1, phone = '" + LITERAL + "' where " + where;
  }

  private static Answer submit(ApiClient api, String sql, Object... params) {
    ObjectNode proposal = ApiClient.proposal(sql, params);
    proposal.put("reason", REASON);
    return api.submit("agent-1", UUID.randomUUID().toString(), proposal);
  }

  private static void plantRow(String url) throws SQLException {
    try (var connection = DriverManager.getConnection(url, "postgres", "postgres");
        var statement = connection.createStatement()) {
      statement.execute("update customers set city = '" + ROW + "' where id = 11");
    }
  }

  private static void assertNothingPersonal(String text) {
    assertThat(text).doesNotContain("pl4nted");
    for (DemoIssuer.Person person : DemoIssuer.PEOPLE) {
      assertThat(text).doesNotContain(person.displayName());
    }
  }
}
