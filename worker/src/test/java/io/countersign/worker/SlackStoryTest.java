package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.ActionId;
import io.countersign.action.Json;
import io.countersign.activity.channel.FakeSlack;
import io.countersign.activity.channel.FakeSlack.Call;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An action's life in Slack, with the whole application on one side and Slack's API on the other.
 */
class SlackStoryTest {
  private static FakeSlack slack;
  private static SlackSteps steps;
  private static Demo demo;
  private static JsonNode ready;

  @BeforeAll
  static void start() throws Exception {
    System.setProperty("countersign.home", Path.of("..").toAbsolutePath().toString());
    slack = new FakeSlack();
    demo =
        Demo.start(
            0,
            Optional.empty(),
            Optional.empty(),
            true,
            tree -> {
              SlackSteps.configure(tree, slack);
              ((ObjectNode) tree.path("audit")).putArray("anchors").addObject().put("slack", true);
            });
    ready = Json.MAPPER.valueToTree(demo.ready());
    steps = new SlackSteps(slack, ready.path("url").asText());
  }

  @AfterAll
  static void stop() throws Exception {
    demo.close();
    slack.close();
  }

  @Test
  void anActionIsApprovedInSlackAfterTheAccountIsLinked() throws Exception {
    String id = submit("update customers set city = 'Bonn' where id = 11");
    Call card = steps.awaitCard(id);
    assertThat(card.buttons()).contains("approve", "deny", "open");

    link("UBOB", "bob", card);
    assertThat(status(id)).isEqualTo("PENDING_REVIEW");
    assertThat(steps.press("UBOB", "approve", card)).isEqualTo(200);
    assertThat(SlackSteps.await(() -> status(id), "SUCCEEDED"::equals)).isEqualTo("SUCCEEDED");
    Call last =
        SlackSteps.await(
                () -> lastUpdate(id), update -> update.filter(SlackStoryTest::isOver).isPresent())
            .orElseThrow();
    assertThat(last.buttons()).doesNotContain("approve", "deny");
    assertThat(slack.calls("chat.postMessage").stream().filter(call -> SlackSteps.isOf(call, id)))
        .hasSize(1);
  }

  @Test
  void aDenialAsksForItsReasonInADialog() throws Exception {
    String id = submit("update customers set city = 'Kiel' where id = 12");
    Call card = steps.awaitCard(id);
    link("UALICE", "alice", card);
    steps.deny("UALICE", card, "wrong customer");
    assertThat(SlackSteps.await(() -> status(id), "DENIED"::equals)).isEqualTo("DENIED");
    assertThat(get("agent-1", "/v1/actions/" + id).path("error").path("message").asText())
        .isEqualTo("wrong customer");
  }

  @Test
  @Leaves({"POST /slack/interactions", "POST /v1/slack/link", "DELETE /v1/slack/link"})
  void linkPressAndUnlinkLeaveOneEventEach() throws Exception {
    String id = submit("update customers set city = 'Trier' where id = 15");
    Call card = steps.awaitCard(id);
    long linked = events("identity.linked");
    link("UERIN", "alice", card);
    assertThat(events("identity.linked")).isEqualTo(linked + 1);
    for (int i = 0; i < 2; i++) {
      assertThat(steps.press("UERIN", "approve", card)).isEqualTo(200);
    }
    assertThat(SlackSteps.await(() -> status(id), "SUCCEEDED"::equals)).isEqualTo("SUCCEEDED");
    JsonNode timeline = get("dave", "/v1/actions/" + id + "/events");
    assertThat(timeline.findValuesAsText("type")).containsOnlyOnce("vote.counted");
    long unlinked = events("identity.unlinked");
    ApiClient api =
        new ApiClient(ready.path("url").asText(), who -> ready.path("tokens").path(who).asText());
    for (int i = 0; i < 2; i++) {
      assertThat(api.delete("alice", "/v1/slack/link").http()).isBetween(200, 404);
    }
    assertThat(events("identity.unlinked")).isEqualTo(unlinked + 1);
  }

  private static long events(String type) {
    return demo.application()
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select (select count(*) from audit_outbox where type = :type)
                          + (select count(*) from audit_entry where type = :type)
                        """)
                    .bind("type", type)
                    .mapTo(Long.class)
                    .one());
  }

  @Test
  void theThreadOfAnEndedActionGetsACheckpoint() throws Exception {
    String id = submit("update customers set city = 'Worms' where id = 16");
    Call card = steps.awaitCard(id);
    link("UOTTO", "bob", card);
    assertThat(steps.press("UOTTO", "approve", card)).isEqualTo(200);
    // The executor looks every 20 seconds.
    Optional<Call> anchor = Optional.empty();
    for (int i = 0; i < 4 && anchor.isEmpty(); i++) {
      anchor = SlackSteps.await(() -> checkpoint(id), Optional::isPresent);
    }
    assertThat(anchor.orElseThrow().get("text")).contains("countersign.demo/audit");
    assertThat(metrics()).contains("countersign_anchor_failing 0.0");
  }

  /** In a thread, with the reference that the database keeps. */
  private static Optional<Call> checkpoint(String id) {
    boolean kept =
        demo.application()
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "select exists (select from audit_anchor"
                                + " where action_id = ? and confirmed_at is not null)")
                        .bind(0, id)
                        .mapTo(Boolean.class)
                        .one());
    return slack.calls("chat.postMessage").stream()
        .filter(call -> kept && call.form().getOrDefault("text", "").startsWith("Entry "))
        .findFirst();
  }

  private static String metrics() throws Exception {
    URI url = URI.create(ready.path("admin_url").asText() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void aForgedPressChangesNothing() throws Exception {
    String id = submit("update customers set city = 'Mainz' where id = 13");
    Call card = steps.awaitCard(id);
    assertThat(steps.send(steps.pressed("UALICE", "approve", card), "another-secret"))
        .isEqualTo(401);
    assertThat(status(id)).isEqualTo("PENDING_REVIEW");
  }

  @Test
  void valuesOfTaggedColumnsAreNotInChatAndCannotBeApprovedThere() throws Exception {
    String id = submit("update customers set email = 'planted-4711@x.example' where id = 14");
    Call card = steps.awaitCard(id);
    assertThat(card.form().toString()).doesNotContain("planted-4711");
    assertThat(card.buttons()).contains("deny", "open").doesNotContain("approve");
  }

  private static Optional<Call> lastUpdate(String id) {
    return slack.calls("chat.update").stream()
        .filter(call -> SlackSteps.isOf(call, id))
        .reduce((first, last) -> last);
  }

  private static boolean isOver(Call call) {
    return !call.buttons().contains("approve");
  }

  /** Presses a button unlinked, and confirms the link that the answer offers. */
  private static void link(String user, String person, Call card) throws Exception {
    post(person, "/v1/slack/link", Map.of("code", steps.linkCode(user, card)));
  }

  private static String submit(String sql) throws Exception {
    StoryClient client = client();
    return client
        .submit("agent-1", "slack-" + ActionId.random(), sql, "customer moved")
        .body()
        .path("id")
        .asText();
  }

  private static void post(String who, String path, Map<String, String> body) throws Exception {
    StoryClient.Answer answer = client().post(who, path, body);
    assertThat(answer.http()).describedAs("%s", answer.body()).isBetween(200, 299);
  }

  private static JsonNode get(String who, String path) throws Exception {
    return client().get(who, path).body();
  }

  private static String status(String id) throws Exception {
    return get("agent-1", "/v1/actions/" + id).path("status").asText();
  }

  private static StoryClient client() {
    Map<String, String> tokens =
        Json.MAPPER.convertValue(
            ready.path("tokens"),
            Json.MAPPER.getTypeFactory().constructMapType(Map.class, String.class, String.class));
    return new StoryClient(ready.path("url").asText(), tokens);
  }
}
