package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Json;
import io.countersign.activity.infrastructure.Receiver;
import io.countersign.house.Repository;
import io.countersign.store.DatabaseConfig;
import io.countersign.worker.ApiClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations from the API to their effect: a request to a server, and a setting of PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationStoryTest {
  private static final String OPERATIONS =
      """
      {"restart-search": {
         "target": "shop", "description": "restarts a node of the search cluster",
         "parameters": {
           "node": {"type": "string", "maxLength": 20, "pattern": "[a-z0-9-]+"},
           "wait": {"type": "integer", "min": 0, "max": 600},
           "drain": {"type": "boolean"},
           "mode": {"type": "enum", "values": ["fast", "safe"]}},
         "http": {
           "method": "POST", "url": "http://127.0.0.1:PORT/nodes/{node}/restart?wait={wait}",
           "headers": {"Authorization": "Bearer pl4nted-s3cret"},
           "body": {"drain": "{drain}", "mode": "{mode}"},
           "allowPlainHttp": true, "allowedAddresses": ["127.0.0.1/32"], "timeout": "2s"}},
       "metadata-service": {
         "target": "shop",
         "http": {
           "method": "POST", "url": "http://169.254.169.254/latest", "allowPlainHttp": true}},
       "set-memory": {
         "target": "shop",
         "parameters": {"kilobytes": {"type": "integer", "min": 1024, "max": 524288}},
         "setting": {"name": "maintenance_work_mem", "value": "kilobytes"}},
       "reset-memory": {
         "target": "shop", "setting": {"name": "maintenance_work_mem", "reset": true}}}
      """;
  private static final String RULE =
      """

        - name: operations
          when: >-
            action.kind == "change_infrastructure"
            && operation.name in ["restart-search", "set-memory", "reset-memory",
            "metadata-service"]
          then: review
          approvals: [{dba: 1}]
      """;

  private Receiver receiver;
  private Demo demo;
  private ApiClient api;
  private DatabaseConfig shop;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    System.setProperty("countersign.home", Repository.root().toString());
    receiver = Receiver.start();
    String policy =
        Files.readString(Repository.root().resolve("policy.yml"))
            .replace(
                "when: sql.class == \"admin\"",
                "when: sql.class == \"admin\" && action.kind != \"change_infrastructure\"");
    Path file = Files.writeString(folder.resolve("policy.yml"), policy + RULE);
    demo = Demo.start(0, Optional.empty(), Optional.empty(), false, tree -> add(tree, file));
    JsonNode ready = Json.MAPPER.valueToTree(demo.ready());
    api =
        new ApiClient(
            ready.path("url").asText().replace("127.0.0.1", "localhost"),
            who -> ready.path("tokens").path(who).asText());
    JsonNode login = ready.path("targets").path("shop");
    shop =
        new DatabaseConfig(
            login.path("jdbc_url").asText(),
            login.path("user").asText(),
            login.path("password").asText());
    sql("create role cs_admin login password 'admin-demo'");
    sql("grant alter system on parameter maintenance_work_mem to cs_admin");
    sql("grant execute on function pg_catalog.pg_reload_conf() to cs_admin");
  }

  private void add(ObjectNode tree, Path policy) {
    try {
      String text = OPERATIONS.replace("PORT", String.valueOf(receiver.port()));
      tree.set("operations", Json.MAPPER.readTree(text));
      tree.put("policy", policy.toString());
      ((ObjectNode) tree.at("/targets/shop/credentials"))
          .putObject("admin")
          .put("user", "cs_admin")
          .put("password", "admin-demo");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  void stop() throws Exception {
    demo.close();
    receiver.close();
  }

  private void sql(String text) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(shop.url(), shop.user(), shop.password());
        var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  private String setting() throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(shop.url(), shop.user(), shop.password());
        var row = connection.createStatement().executeQuery("show maintenance_work_mem")) {
      row.next();
      return row.getString(1);
    }
  }

  private static ObjectNode proposal(String operation) {
    ObjectNode body = ApiClient.proposal("").put("kind", "change_infrastructure");
    body.putObject("arguments").put("operation", operation).putObject("parameters");
    return body;
  }

  private static ObjectNode restart() {
    ObjectNode body = proposal("restart-search");
    ((ObjectNode) body.at("/arguments/parameters"))
        .put("node", "n1")
        .put("wait", 5)
        .put("drain", true)
        .put("mode", "safe");
    return body;
  }

  private Answer decided(ObjectNode proposal) {
    Answer waiting = api.submit("agent-1", UUID.randomUUID().toString(), proposal);
    assertThat(waiting.status()).as(waiting.text()).isEqualTo("PENDING_REVIEW");
    assertThat(waiting.body().path("class").asText()).isEqualTo("admin");
    assertThat(api.vote("bob", waiting, "approve").http()).isEqualTo(200);
    return api.until(
        "agent-1",
        waiting.id(),
        now ->
            now.body().path("terminal").asBoolean() || now.status().equals("NEEDS_RECONCILIATION"));
  }

  @Test
  void approvedOperationIsSentAndProven() {
    receiver.answering(200);
    Answer waiting = api.submit("agent-1", UUID.randomUUID().toString(), restart());
    Answer packet = api.get("bob", "/v1/actions/" + waiting.id() + "/packet");
    assertThat(packet.text())
        .contains("nodes/n1/restart?wait=5", "restarts a node", "Authorization")
        .doesNotContain("s3cret");
    assertThat(receiver.effects(waiting.id())).isZero();
    api.vote("bob", waiting, "approve");
    Answer done = api.ended("agent-1", waiting.id());
    assertThat(done.status()).as(done.text()).isEqualTo("SUCCEEDED");
    assertThat(receiver.effects(waiting.id())).isEqualTo(1);
    JsonNode outcome = done.body().path("outcome");
    assertThat(outcome.path("guarantee").asText()).isEqualTo("at_most_once");
    assertThat(outcome.at("/operated/http_status").asInt()).isEqualTo(200);
    Answer receipt = api.get("agent-1", "/v1/actions/" + waiting.id() + "/receipt");
    assertThat(receipt.text()).contains("http_status").doesNotContain("s3cret", "nobody-reads");
  }

  @Test
  void lostAnswerWaitsForPeople() {
    receiver.losing(Receiver.Kind.DROP);
    Answer unknown = decided(restart());
    assertThat(unknown.status()).isEqualTo("NEEDS_RECONCILIATION");
    assertThat(unknown.body().at("/error/code").asText()).isEqualTo("OUTCOME_UNKNOWN");
    assertThat(receiver.effects(unknown.id())).isEqualTo(1);
  }

  @Test
  void addressOfTheCloudsMetadataIsNotReached() {
    Answer failed = decided(proposal("metadata-service"));
    assertThat(failed.status()).isEqualTo("FAILED");
    assertThat(failed.body().at("/error/code").asText()).isEqualTo("OPERATION_FAILED");
    assertThat(failed.body().at("/error/message").asText()).contains("not allowed");
  }

  @Test
  void settingIsChangedAndReset() throws Exception {
    ObjectNode body = proposal("set-memory");
    String before = setting();
    ((ObjectNode) body.at("/arguments/parameters")).put("kilobytes", 90 * 1024);
    Answer done = decided(body);
    assertThat(done.status()).as(done.text()).isEqualTo("SUCCEEDED");
    assertThat(done.body().at("/outcome/operated/before").asText()).isEqualTo(before);
    awaitSetting("90MB");
    assertThat(decided(proposal("reset-memory")).status()).isEqualTo("SUCCEEDED");
    awaitSetting(before);
  }

  /** The server reads its configuration in its own time. */
  private void awaitSetting(String wanted) throws SQLException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!setting().equals(wanted)) {
      assertThat(System.nanoTime()).as("never became " + wanted).isLessThan(end);
    }
  }

  @Test
  void operationsAreListedWithoutHowTheyAreDone() {
    Answer listed = api.get("agent-1", "/v1/operations");
    assertThat(listed.http()).isEqualTo(200);
    assertThat(listed.body().path("items")).hasSize(4);
    assertThat(listed.text())
        .contains("restart-search", "\"max_length\":20")
        .doesNotContain("127.0.0.1", "s3cret");
  }

  @Test
  void previewTellsWhatWouldBecomeOfIt() {
    Answer preview = api.post("agent-1", "/v1/actions/preview", Json.write(restart()));
    assertThat(preview.body().path("verdict").asText()).as(preview.text()).isEqualTo("review");
    assertThat(preview.body().at("/facts/operation.name").asText()).isEqualTo("restart-search");
  }

  static Stream<Arguments> badOperations() {
    String place = "`arguments.parameters.";
    return Stream.of(
        bad(
            "unknown operation",
            "unknown operation `stop-all`",
            (a, p) -> a.put("operation", "stop-all")),
        bad("no operation", "`arguments.operation` is missing", (a, p) -> a.remove("operation")),
        bad("operation is a list", "must be a string", (a, p) -> a.putArray("operation")),
        bad("unknown argument", "`arguments.url`", (a, p) -> a.put("url", "http://x")),
        bad("parameters are a list", "must be an object", (a, p) -> a.putArray("parameters")),
        bad("no parameters", place + "drain` is missing", (a, p) -> a.remove("parameters")),
        bad("missing", place + "node` is missing, expected a text", (a, p) -> p.remove("node")),
        bad(
            "unknown",
            place + "force`, expected one of drain, mode",
            (a, p) -> p.put("force", true)),
        bad("text is a number", place + "node` must be a text", (a, p) -> p.put("node", 1)),
        bad("text is empty", place + "node` must be a text", (a, p) -> p.put("node", "")),
        bad(
            "text is long",
            place + "node` must be a text",
            (a, p) -> p.put("node", "x".repeat(21))),
        bad("text is another", "matches `[a-z0-9-]+`", (a, p) -> p.put("node", "../admin")),
        bad("line break", "matches `[a-z0-9-]+`", (a, p) -> p.put("node", "n1\n")),
        bad(
            "number is a text",
            place + "wait` must be a whole number",
            (a, p) -> p.put("wait", "5")),
        bad("fraction", place + "wait` must be a text, a whole", (a, p) -> p.put("wait", 1.5)),
        bad("below", "between 0 and 600", (a, p) -> p.put("wait", -1)),
        bad("beyond", "between 0 and 600", (a, p) -> p.put("wait", 601)),
        bad(
            "huge",
            place + "wait`",
            (a, p) -> p.put("wait", new java.math.BigInteger("9".repeat(40)))),
        bad(
            "flag is a text",
            place + "drain` must be true or false",
            (a, p) -> p.put("drain", "true")),
        bad("none of them", "one of `fast`, `safe`", (a, p) -> p.put("mode", "Fast")),
        bad("nested", place + "mode` must be a text", (a, p) -> p.putObject("mode")),
        bad("null", place + "mode` must be a text", (a, p) -> p.putNull("mode")));
  }

  /** Breaks the arguments, or their parameters. */
  private interface Breaking {
    void accept(ObjectNode arguments, ObjectNode parameters);
  }

  private static Arguments bad(String what, String expected, Breaking breaking) {
    Consumer<ObjectNode> body =
        node ->
            breaking.accept(
                (ObjectNode) node.path("arguments"), (ObjectNode) node.at("/arguments/parameters"));
    return Arguments.of(what, expected, body);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badOperations")
  void badOperationIsRefused(String what, String expected, Consumer<ObjectNode> breaking) {
    long before = stored();
    ObjectNode body = restart();
    breaking.accept(body);
    Answer answer = api.post("agent-1", "/v1/actions", Json.write(body));
    assertThat(answer.http()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("VALIDATION");
    assertThat(answer.detail()).contains(expected);
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  void otherTargetIsRefused() {
    Answer answer =
        api.post("agent-1", "/v1/actions", Json.write(restart().put("target", "archive")));
    assertThat(answer.http()).isEqualTo(422);
    assertThat(answer.detail()).contains("belongs to target `shop`");
  }

  private long stored() {
    return demo.application()
        .database()
        .jdbi()
        .withHandle(
            handle -> handle.createQuery("select count(*) from action").mapTo(Long.class).one());
  }
}
