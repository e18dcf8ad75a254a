package io.countersign.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.audit.VerifyReceipt;
import io.countersign.store.DatabaseConfig;
import io.countersign.workflow.ActionRef;
import io.countersign.workflow.ActionWorkflow;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Plays the main job through the public HTTP API and checks every step: what is promised, what
 * happened, and whether they agree. The same code runs against the embedded engine and against a
 * real Temporal server.
 */
final class Story {
  /** Appended to the demo's policy, so that an expiry can be seen without waiting an hour. */
  static final String RULE_THAT_EXPIRES_SOON =
      """

        # Only for the story: changes of orders wait two seconds.
        - name: orders-expire-soon
          when: sql.class == "write" && sql.tables.exists(t, t == "public.orders")
          then: review
          approvals: [{dba: 1}]
          pending_for: 2s
          remind_after: [1s]
      """;

  private static final int PAYMENT = 42;
  private static final String AGENT = "agent-1";

  private final Stage stage;
  private final StoryClient http;
  private final PrintStream out;
  private int failures;

  /**
   * Where the story is played.
   *
   * @param tokens bearer tokens of agent-1, alice, bob, carol and dave
   * @param shop an administrator's login to the target, to look at effects
   * @param vkey the key receipts are checked with
   */
  record Stage(
      String url,
      Map<String, String> tokens,
      DatabaseConfig shop,
      WorkflowClient temporal,
      String taskQueue,
      String vkey) {}

  Story(Stage stage, PrintStream out) {
    this.stage = stage;
    this.http = new StoryClient(stage.url(), stage.tokens());
    this.out = out;
  }

  /** True if every step was as promised. */
  boolean play() throws Exception {
    allowedRead();
    JsonNode done = approvedByTwo();
    duplicateExecution(done);
    denialWithReason();
    expiry();
    forbiddenStatement();
    idempotency();
    receipt(done.path("id").asText());
    out.println();
    out.println(failures == 0 ? "every step was as promised" : failures + " checks differ");
    return failures == 0;
  }

  private void allowedRead() throws Exception {
    chapter("an allowed read: no person asked, personal data masked");
    JsonNode action =
        submit("select id, name, email, city from customers order by id limit 3", "a first look");
    check("the read succeeds at once", "SUCCEEDED", action.path("status").asText());
    check("its class is read", "read", action.path("class").asText());
    JsonNode result = http.get(AGENT, path(action, "/result")).body();
    say("rows: " + result.path("rows"));
    check("three rows came back", "3", result.path("row_count").asText());
    check("the e-mail column is masked", "true", column(result, "email").path("masked").asText());
    check(
        "no row holds an e-mail address",
        "false",
        "" + result.path("rows").toString().contains("@"));
    check("the city is not masked", "false", column(result, "city").path("masked").asText());
  }

  private JsonNode approvedByTwo() throws Exception {
    chapter("a write to payments: two different people, never the human behind the agent");
    long before = amount();
    JsonNode action =
        submit(
            "update payments set amount = amount + 100 where id = " + PAYMENT,
            "finance asked to correct payment 42");
    check("it waits for people", "PENDING_REVIEW", action.path("status").asText());
    say("seats: " + action.path("seats"));
    var carol = vote("carol", action, "approve", digest(action), "looks right");
    check("carol is refused: the agent acts for her", "PARTY_CANNOT_APPROVE", carol.code());
    var stale = vote("bob", action, "approve", "sha256:" + "0".repeat(64), "");
    check("bob's vote on another digest is refused", "STALE_DIGEST", stale.code());
    var agent = vote(AGENT, action, "approve", digest(action), "");
    check("the agent cannot decide", "AGENT_CANNOT_DECIDE", agent.code());
    var bob = vote("bob", action, "approve", digest(action), "matches the ticket");
    check("bob's vote counts, one seat is open", "PENDING_REVIEW", bob.status());
    check("nothing ran yet", "" + before, "" + amount());
    var alice = vote("alice", action, "approve", digest(action), "fine");
    check("alice's vote counts", "200", "" + alice.http());
    JsonNode done = http.until(AGENT, path(action, ""), Story::isTerminal);
    check("it is executed", "SUCCEEDED", done.path("status").asText());
    check("with the ledger's guarantee", "ledger", done.path("outcome").path("guarantee").asText());
    check("the payment changed once", "" + (before + 100), "" + amount());
    String events = http.get("alice", path(action, "/events")).body().toString();
    check("carol's attempt is in the timeline", "true", "" + events.contains("vote.refused"));
    return done;
  }

  private void duplicateExecution(JsonNode action) throws Exception {
    chapter("a duplicate execution attempt finds that it is done");
    long before = amount();
    ActionWorkflow again =
        stage
            .temporal()
            .newWorkflowStub(
                ActionWorkflow.class,
                WorkflowOptions.newBuilder()
                    .setWorkflowId("again-" + UUID.randomUUID())
                    .setTaskQueue(stage.taskQueue())
                    .build());
    var id = new io.countersign.action.ActionId(action.path("id").asText());
    Executed executed = again.run(new ActionRef(id, "execute_sql", "shop", ""));
    check("it says already done", "true", "" + executed.alreadyDone());
    check("and ends as before", "SUCCEEDED", executed.status().name());
    check("the payment did not change again", "" + before, "" + amount());
  }

  private void denialWithReason() throws Exception {
    chapter("a denial reaches the agent with its reason");
    JsonNode action =
        submit("update customers set city = 'Bonn' where id = 9", "customer moved to Bonn");
    vote("bob", action, "deny", digest(action), "no ticket: ask the customer first");
    JsonNode denied = http.until(AGENT, path(action, ""), Story::isTerminal);
    check("it is denied", "DENIED", denied.path("status").asText());
    check("the code says so", "DENIED_BY_REVIEWER", denied.path("error").path("code").asText());
    check(
        "the agent reads why",
        "no ticket: ask the customer first",
        denied.path("error").path("message").asText());
    var late = vote("alice", action, "approve", digest(action), "");
    check("a late vote has no effect", "NOT_PENDING", late.code());
  }

  private void expiry() throws Exception {
    chapter("nobody answers: it counts as not approved");
    JsonNode action =
        submit("update orders set status = 'void' where id = 77", "customer 77 asked to void it");
    check("it waits", "PENDING_REVIEW", action.path("status").asText());
    JsonNode expired = http.until(AGENT, path(action, ""), Story::isTerminal);
    check("it expires", "EXPIRED", expired.path("status").asText());
    check("it is not approved", "false", expired.path("approved").asText());
  }

  private void forbiddenStatement() throws Exception {
    chapter("a forbidden statement is refused");
    JsonNode action = submit("alter system set log_statement = 'none'", "less noise in the log");
    check("it is refused", "REFUSED", action.path("status").asText());
    check("its class is admin", "admin", action.path("class").asText());
    say("the agent reads: " + action.path("error").path("message").asText());
  }

  private void idempotency() throws Exception {
    chapter("the same idempotency key is the same action");
    String key = "story-" + UUID.randomUUID();
    var first = http.submit(AGENT, key, "select count(*) from orders", "how many orders");
    var second = http.submit(AGENT, key, "select count(*) from orders", "how many orders");
    check("the first is new", "201", "" + first.http());
    check("the second is a repeat", "200", "" + second.http());
    check(
        "of the same action", first.body().path("id").asText(), second.body().path("id").asText());
    var other = http.submit(AGENT, key, "select count(*) from payments", "how many payments");
    check("other content is refused", "IDEMPOTENCY_MISMATCH", other.code());
  }

  private void receipt(String id) throws Exception {
    chapter("the receipt proves it offline");
    byte[] receipt = http.text("alice", "/v1/actions/" + id + "/receipt");
    check("the receipt is VALID", "VALID", verify(receipt));
    byte[] changed = Arrays.copyOf(receipt, receipt.length);
    changed[changed.length / 3] ^= 1;
    String verdict = verify(changed);
    say("one byte changed: " + verdict);
    check("one changed byte is refused", "true", "" + verdict.startsWith("INVALID"));
  }

  private String verify(byte[] receipt) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(answer, true, StandardCharsets.UTF_8);
    byte[] key = (stage.vkey() + "\n").getBytes(StandardCharsets.UTF_8);
    new VerifyReceipt((path, limit) -> path.equals("key") ? key : receipt, print, print)
        .run(List.of("receipt", "--key", "key"));
    return answer.toString(StandardCharsets.UTF_8).strip();
  }

  private JsonNode submit(String sql, String reason) throws Exception {
    say("agent-1: " + sql);
    return http.submit(AGENT, "story-" + UUID.randomUUID(), sql, reason).body();
  }

  private StoryClient.Answer vote(
      String person, JsonNode action, String decision, String digest, String reason)
      throws Exception {
    return http.post(
        person,
        path(action, "/votes"),
        Map.of("decision", decision, "action_digest", digest, "reason", reason));
  }

  private long amount() throws SQLException {
    DatabaseConfig shop = stage.shop();
    try (Connection connection =
            DriverManager.getConnection(shop.url(), shop.user(), shop.password());
        var rows =
            connection
                .createStatement()
                .executeQuery("select amount from payments where id = " + PAYMENT)) {
      rows.next();
      return rows.getBigDecimal(1).longValue();
    }
  }

  private void chapter(String title) {
    out.println();
    out.println("== " + title);
  }

  private void say(String line) {
    out.println("   " + line);
  }

  private void check(String promise, String expected, String seen) {
    boolean holds = expected.equals(seen);
    if (!holds) {
      failures++;
    }
    out.println(
        (holds ? "   ok   " : "   FAIL ")
            + promise
            + (holds ? "" : ": expected " + expected + ", saw " + seen));
  }

  private static boolean isTerminal(JsonNode action) {
    return action.path("terminal").asBoolean();
  }

  private static String digest(JsonNode action) {
    return action.path("action_digest").asText();
  }

  private static String path(JsonNode action, String rest) {
    return "/v1/actions/" + action.path("id").asText() + rest;
  }

  private static JsonNode column(JsonNode result, String name) {
    for (JsonNode column : result.path("columns")) {
      if (column.path("name").asText().equals(name)) {
        return column;
      }
    }
    return result.path("columns").path(-1);
  }
}
