package io.countersign.api.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.slack.api.app_backend.SlackSignature;
import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.api.ProblemMapper;
import io.countersign.api.Votes;
import io.countersign.store.TestDatabase;
import io.countersign.store.person.SlackLinkDao;
import io.countersign.workflow.ButtonSeal;
import io.countersign.workflow.VoteReceipt;
import io.dropwizard.testing.junit5.DropwizardExtensionsSupport;
import io.dropwizard.testing.junit5.ResourceExtension;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DropwizardExtensionsSupport.class)
class SlackResourceTest {
  private static final String SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final TestDatabase TEST = TestDatabase.create();
  private static final FakeVotes VOTES = new FakeVotes();
  private static final Ear EAR = new Ear();
  private static final ExecutorService WORK = Executors.newVirtualThreadPerTaskExecutor();
  private static final SlackLinks LINKS =
      new SlackLinks(TEST.database().jdbi(), URI.create("https://countersign.example"), CLOCK);

  private static final ResourceExtension APP =
      ResourceExtension.builder()
          .setMapper(Json.MAPPER)
          .setRegisterDefaultExceptionMappers(false)
          .addProvider(new ProblemMapper())
          .addResource(
              new SlackResource(
                  new SlackDoorConfig(SECRET, EAR.url() + "/api/", "T1", "A1"),
                  TEST.database().jdbi(),
                  LINKS,
                  VOTES,
                  WORK,
                  CLOCK))
          .build();

  private final ButtonSeal seal = new ButtonSeal(SECRET);
  private final ActionId id = ActionId.random();
  private final Digest digest = Digest.sha256("what was shown " + id);

  @BeforeEach
  void linkBob() {
    VOTES.reset();
    TEST.database()
        .jdbi()
        .useExtension(SlackLinkDao.class, links -> links.link("T1", "UBOB", "bob-sub", NOW));
  }

  @AfterAll
  static void close() {
    WORK.close();
    EAR.close();
    TEST.close();
  }

  @Test
  void approveCastsTheVoteOfTheLinkedPersonOnTheDigestTheySaw() throws Exception {
    assertThat(send(press("UBOB", "approve", value()))).isEqualTo(200);
    assertThat(VOTES.next())
        .isEqualTo(new Cast(id, "bob-sub", Decision.APPROVE, digest, "", "slack", null));
  }

  @Test
  void refusedVoteIsToldInWordsToTheVoterAlone() throws Exception {
    VOTES.answer = new VoteReceipt(false, Code.PARTY_CANNOT_APPROVE, ActionStatus.PENDING_REVIEW);
    send(press("UBOB", "approve", value()));
    JsonNode said = EAR.next();
    assertThat(said.get("response_type").textValue()).isEqualTo("ephemeral");
    assertThat(said.get("text").textValue()).contains("not counted", "party");
    assertThat(said.get("replace_original").booleanValue()).isFalse();
  }

  @Test
  void alteredButtonDecidesNothing() throws Exception {
    String value = value();
    Digest other = Digest.sha256("something else");
    for (String altered :
        List.of(
            value.replace(digest.value(), other.value()),
            value.replace(id.value(), ActionId.random().value()),
            value.substring(0, value.length() - 1) + (value.endsWith("0") ? "1" : "0"),
            new ButtonSeal("another secret").seal(new ButtonSeal.Button(id, digest)),
            id + "." + digest,
            "")) {
      assertThat(send(press("UBOB", "approve", altered))).isEqualTo(200);
      assertThat(EAR.next().get("text").textValue()).contains("not one of ours");
      assertThat(send(reason("UBOB", altered, "no"))).isEqualTo(200);
    }
    assertThat(VOTES.casts).isEmpty();
  }

  @Test
  void badSignatureOldTimestampAndReplayAreUnauthenticated() throws Exception {
    String body = form(press("UBOB", "approve", value()));
    String good = sign(NOW, body);
    assertThat(status(body, NOW, sign(NOW, body + " "))).isEqualTo(401);
    assertThat(status(body, NOW, "v0=" + "0".repeat(64))).isEqualTo(401);
    assertThat(status(body, NOW, "")).isEqualTo(401);
    assertThat(status(body, NOW, null)).isEqualTo(401);
    assertThat(status(body + "&x=y", NOW, good)).isEqualTo(401);
    for (Duration skew : List.of(Duration.ofMinutes(-5), Duration.ofMinutes(5))) {
      Instant at = NOW.plus(skew);
      assertThat(status(body, at, sign(at, body))).isEqualTo(401);
    }
    assertThat(VOTES.casts).isEmpty();
    assertThat(status(body, NOW, good)).isEqualTo(200);
    VOTES.next();
    assertThat(status(body, NOW, good)).isEqualTo(401);
    assertThat(VOTES.casts).hasSize(1);
  }

  @Test
  void otherWorkspaceOrAppIsUnauthenticatedThoughSigned() throws Exception {
    String payload = press("UBOB", "approve", value());
    assertThat(send(payload.replace("\"T1\"", "\"T2\""))).isEqualTo(401);
    assertThat(send(payload.replace("\"A1\"", "\"A2\""))).isEqualTo(401);
    assertThat(VOTES.casts).isEmpty();
  }

  @Test
  void guestOfAnotherWorkspaceDoesNotVoteThoughLinked() throws Exception {
    String payload =
        press("UBOB", "approve", value()).replace("\"team_id\":\"T1\"", "\"team_id\":\"T9\"");
    assertThat(send(payload)).isEqualTo(200);
    assertThat(EAR.next().get("text").textValue()).contains("another workspace");
    assertThat(VOTES.casts).isEmpty();
  }

  @Test
  void unlinkedAccountGetsALinkThatWorksOnceAndExpires() throws Exception {
    send(press("UNEW", "approve", value()));
    String text = EAR.next().get("text").textValue();
    assertThat(text).contains("https://countersign.example/slack/link?code=");
    String code = text.substring(text.indexOf("code=") + 5);
    assertThat(VOTES.casts).isEmpty();
    assertThat(LINKS.offered(code)).contains(new SlackLinkDao.Account("T1", "UNEW"));
    List<String> stored =
        TEST.database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("select code_hash from slack_link_code")
                        .mapTo(String.class)
                        .list());
    assertThat(stored).isNotEmpty().noneMatch(hash -> hash.contains(code));
    SlackLinks later =
        new SlackLinks(
            TEST.database().jdbi(),
            URI.create("https://countersign.example"),
            InstantSource.fixed(NOW.plus(Duration.ofMinutes(10))));
    assertThat(later.offered(code)).isEmpty();
  }

  @Test
  void denyAsksForTheReasonAndTheDialogCastsTheDenial() throws Exception {
    send(press("UBOB", "deny", value()));
    assertThat(VOTES.asked.poll(10, TimeUnit.SECONDS)).isEqualTo(id + " trigger-1");
    assertThat(VOTES.casts).isEmpty();
    try (Response response = post(reason("UBOB", value(), " too broad\0 "))) {
      assertThat(response.readEntity(JsonNode.class).get("response_action").textValue())
          .isEqualTo("clear");
    }
    assertThat(VOTES.next())
        .isEqualTo(new Cast(id, "bob-sub", Decision.DENY, digest, "too broad", "slack", null));
  }

  @Test
  void refusedDenialIsToldInTheDialog() {
    VOTES.answer = new VoteReceipt(false, Code.NOT_PENDING, ActionStatus.EXPIRED);
    try (Response response = post(reason("UBOB", value(), "late"))) {
      JsonNode answer = response.readEntity(JsonNode.class);
      assertThat(answer.get("response_action").textValue()).isEqualTo("update");
      assertThat(answer.toString()).contains("no longer waits");
    }
  }

  @Test
  void denialWithoutReasonAsksAgain() {
    try (Response response = post(reason("UBOB", value(), "  "))) {
      assertThat(response.readEntity(JsonNode.class).get("response_action").textValue())
          .isEqualTo("errors");
    }
    assertThat(VOTES.casts).isEmpty();
  }

  @Test
  void faultIsToldWithoutItsWords() throws Exception {
    VOTES.fault = new IllegalStateException("secret 4111");
    send(press("UBOB", "approve", value()));
    assertThat(EAR.next().get("text").textValue()).contains("failed").doesNotContain("secret");
  }

  @Test
  void linkThatWasOpenedNeedsNothing() throws Exception {
    assertThat(send(press("UBOB", "open", ""))).isEqualTo(200);
    assertThat(
            send(
                "{\"type\":\"view_closed\",\"api_app_id\":\"A1\",\"team\":{\"id\":\"T1\"},"
                    + "\"user\":{\"id\":\"UBOB\"}}"))
        .isEqualTo(200);
    assertThat(VOTES.casts).isEmpty();
  }

  @Test
  void unreadablePayloadAndOversizeBodyAreRefused() {
    assertThat(send("no json")).isEqualTo(422);
    assertThat(send("{}")).isEqualTo(422);
    assertThat(send("x".repeat(300_000))).isEqualTo(413);
  }

  @Test
  void answersGoToSlackAndTheConfiguredHostOnly() {
    try (SlackAnswers answers = new SlackAnswers(URI.create("https://slack.example:8443/api/"))) {
      assertThat(List.of("https://hooks.slack.com/actions/T1/1/x", "https://slack.example:8443/x"))
          .allMatch(answers::isAllowed);
      assertThat(
              List.of(
                  "http://hooks.slack.com/x",
                  "https://hooks.slack.com.evil.example/x",
                  "https://hooks.slack.com@evil.example/x",
                  "https://user@hooks.slack.com/x",
                  "https://hooks.slack.com:8443/x",
                  "https://slack.example/x",
                  "http://169.254.169.254/latest",
                  "file:///etc/passwd",
                  "//hooks.slack.com/x",
                  "hooks.slack.com",
                  "",
                  "https://hooks.slack.com\\@evil.example"))
          .noneMatch(answers::isAllowed);
    }
  }

  private String value() {
    return seal.seal(new ButtonSeal.Button(id, digest));
  }

  private static String press(String user, String button, String value) {
    return Json.write(
        Map.of(
            "type",
            "block_actions",
            "api_app_id",
            "A1",
            "team",
            Map.of("id", "T1"),
            "user",
            Map.of("id", user, "team_id", "T1"),
            "trigger_id",
            "trigger-1",
            "response_url",
            EAR.url() + "/respond",
            "actions",
            List.of(Map.of("action_id", button, "value", value))));
  }

  private static String reason(String user, String value, String reason) {
    Map<String, Object> values = Map.of("reason", Map.of("reason", Map.of("value", reason)));
    return Json.write(
        Map.of(
            "type", "view_submission",
            "api_app_id", "A1",
            "team", Map.of("id", "T1"),
            "user", Map.of("id", user, "team_id", "T1"),
            "view",
                Map.of(
                    "callback_id",
                    "deny",
                    "private_metadata",
                    value,
                    "state",
                    Map.of("values", values))));
  }

  private static String form(String payload) {
    // A nonce makes every signature its own, as the clock does in life.
    return "payload="
        + URLEncoder.encode(payload, StandardCharsets.UTF_8)
        + "&nonce="
        + ActionId.random();
  }

  private static int send(String payload) {
    try (Response response = post(payload)) {
      return response.getStatus();
    }
  }

  private static Response post(String payload) {
    String body = form(payload);
    return request(body, NOW, sign(NOW, body));
  }

  private static int status(String body, Instant at, @Nullable String signature) {
    try (Response response = request(body, at, signature)) {
      return response.getStatus();
    }
  }

  private static Response request(String body, Instant at, @Nullable String signature) {
    var request =
        APP.target("/slack/interactions")
            .request()
            .header("X-Slack-Request-Timestamp", at.getEpochSecond());
    if (signature != null) {
      request.header("X-Slack-Signature", signature);
    }
    return request.post(Entity.entity(body, "application/x-www-form-urlencoded"));
  }

  private static String sign(Instant at, String body) {
    return new SlackSignature.Generator(SECRET).generate("" + at.getEpochSecond(), body);
  }

  private static final class FakeVotes implements Votes {
    private final List<Cast> casts = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Cast> queue = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private volatile VoteReceipt answer = new VoteReceipt(true, null, ActionStatus.PENDING_REVIEW);
    private volatile @Nullable RuntimeException fault;

    void reset() {
      casts.clear();
      queue.clear();
      asked.clear();
      answer = new VoteReceipt(true, null, ActionStatus.PENDING_REVIEW);
      fault = null;
    }

    @Nullable Cast next() throws InterruptedException {
      return queue.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public VoteReceipt cast(
        ActionId id,
        String personId,
        Decision decision,
        Digest digest,
        String reason,
        String channel,
        @Nullable Instant signedInAt) {
      RuntimeException planned = fault;
      if (planned != null) {
        throw planned;
      }
      Cast cast = new Cast(id, personId, decision, digest, reason, channel, signedInAt);
      casts.add(cast);
      queue.add(cast);
      return answer;
    }

    @Override
    public void askReason(ActionId id, String triggerId) {
      asked.add(id + " " + triggerId);
    }
  }
}
