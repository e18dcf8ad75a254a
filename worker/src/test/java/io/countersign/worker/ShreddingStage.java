package io.countersign.worker;

import static io.countersign.worker.PlantedPerson.AGENT_OF_KIM;
import static io.countersign.worker.PlantedPerson.ID;
import static io.countersign.worker.PlantedPerson.KIM;
import static io.countersign.worker.PlantedPerson.SLACK;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Json;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.activity.channel.FakeSlack;
import io.countersign.activity.channel.FakeSlack.Call;
import io.countersign.audit.VerifierKey;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.action.Preview;
import io.countersign.store.action.PreviewDao;
import io.countersign.store.person.PersonDao;
import io.countersign.store.person.SessionDao;
import io.countersign.store.person.SlackLinkDao;
import io.countersign.worker.ApiClient.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The whole application with Slack, where one person does all that people can do. */
final class ShreddingStage implements AutoCloseable {
  /** In the SQL that the person asked for, and in what an agent asked for the person. */
  static final String SQL = "sqlm4rk";

  /** In the idempotency key of that agent. */
  static final String KEY = "k3ymark";

  private static final String WORDS = "pl4nted words ";
  private static final String CITY = "Bremen";

  private final Path folder;
  private final FakeSlack slack;
  private final Demo demo;
  private final SlackSteps steps;
  private final DatabaseConfig shop;
  private final ApiClient api;
  private final HeardLogs logs = new HeardLogs();
  private int row = 100;

  private ShreddingStage(Path folder, FakeSlack slack, Demo demo, Map<String, String> tokens) {
    JsonNode ready = Json.MAPPER.valueToTree(demo.ready());
    JsonNode target = ready.path("targets").path("shop");
    this.folder = folder;
    this.slack = slack;
    this.demo = demo;
    this.steps = new SlackSteps(slack, ready.path("url").asText());
    this.shop =
        new DatabaseConfig(
            target.path("jdbc_url").asText(),
            target.path("user").asText(),
            target.path("password").asText());
    this.api = new ApiClient(ready.path("url").asText(), tokens::get);
  }

  static ShreddingStage start() throws Exception {
    System.setProperty("countersign.home", Path.of("..").toAbsolutePath().toString());
    Path folder = Files.createTempDirectory("countersign-shredding");
    // PostgreSQL runs as another user when this process is root.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path data = folder.resolve("data");
    FakeSlack slack = new FakeSlack();
    Demo demo =
        Demo.start(
            0,
            Optional.of(data),
            Optional.empty(),
            true,
            tree -> SlackSteps.configure(tree, slack));
    JsonNode ready = Json.MAPPER.valueToTree(demo.ready());
    String url = ready.path("url").asText().replace("127.0.0.1", "localhost");
    Map<String, String> tokens = new HashMap<>(PlantedPerson.tokens(data, url));
    ready.path("tokens").properties().forEach(e -> tokens.put(e.getKey(), e.getValue().asText()));
    return new ShreddingStage(folder, slack, demo, tokens);
  }

  ApiClient api() {
    return api;
  }

  Jdbi jdbi() {
    return demo.application().database().jdbi();
  }

  VerifierKey key() {
    return demo.application().signingKey().verifierKey();
  }

  /** What was logged meanwhile. */
  List<String> logs() {
    return logs.lines();
  }

  /** Plays everything; answers the actions, all of them ended. */
  List<Answer> play() throws Exception {
    List<Answer> ended = new ArrayList<>();
    ended.addAll(asked());
    ended.addAll(decided());
    ended.addAll(decidedInSlack());
    ended.add(foundOut());
    ended.add(takenBack());
    leaveTraces();
    ended.add(owned());
    return ended;
  }

  /** One that the person asked for, before anybody decides. */
  Answer submitted() {
    return submit(KIM, "pl4nted-key", update(SQL));
  }

  /** What the person asked for, or an agent for the person, to every kind of end. */
  private List<Answer> asked() {
    Answer written = submitted();
    assertThat(api.vote(KIM, written.id(), "approve", written.digest(), WORDS + "own").http())
        .isEqualTo(403);
    Answer read = submit(KIM, "pl4nted-read", proposal("select '" + SQL + "'"));
    assertThat(api.get(KIM, "/v1/actions/" + read.id() + "/result").http()).isEqualTo(200);
    Answer taken = submit(KIM, "pl4nted-file", export());
    Answer denied = submit(AGENT_OF_KIM, KEY, update(SQL));
    Answer refused = submit(KIM, "pl4nted-no", proposal("selec '" + SQL + "'"));
    Answer failed = submit(KIM, "pl4nted-f", proposal("select '" + SQL + "'::int"));
    Answer cancelled = submit(KIM, "pl4nted-cancelled", update(SQL));
    api.post(KIM, "/v1/actions/" + cancelled.id() + "/cancel", "");
    assertThat(preview().http()).isEqualTo(200);
    List<Answer> ended =
        List.of(
            ended(written, "SUCCEEDED", "bob"),
            ended(read, "SUCCEEDED"),
            ended(taken, "SUCCEEDED", "bob"),
            denied(denied, "bob", "no"),
            ended(refused, "REFUSED"),
            ended(failed, "FAILED"),
            ended(cancelled, "CANCELLED"));
    assertThat(api.get(KIM, "/v1/actions/" + taken.id() + "/artifact").http()).isEqualTo(200);
    return ended;
  }

  /** What the person voted on: denied, approved after a second thought, and too late. */
  private List<Answer> decided() {
    Answer denied = denied(submit("agent-1", "1", update(CITY)), KIM, WORDS + "denied");
    assertThat(denied.body().at("/error/message").asText()).isEqualTo(WORDS + "denied");
    Answer approved =
        submit("agent-1", "2", proposal("update payments set amount = 1 where id = 9"));
    approve(KIM, approved);
    api.delete(KIM, "/v1/actions/" + approved.id() + "/votes/mine");
    approve(KIM, approved);
    Answer late = ended(submit("agent-1", "3", update(CITY)), "SUCCEEDED", "bob");
    api.vote(KIM, late.id(), "deny", late.digest(), WORDS + "late");
    return List.of(denied, ended(approved, "SUCCEEDED", "alice"), late);
  }

  private List<Answer> decidedInSlack() throws Exception {
    Answer denied = submit("agent-1", "4", update(CITY));
    Call card = steps.awaitCard(denied.id());
    String code = Json.write(Map.of("code", steps.linkCode(SLACK, card)));
    assertThat(api.post(KIM, "/v1/slack/link", code).http()).isEqualTo(200);
    steps.deny(SLACK, card, WORDS + "in a dialog");
    return List.of(ended(denied, "DENIED"));
  }

  /** An operator decides what no machine knows. */
  private Answer foundOut() {
    Answer doubted = submit("agent-1", "5", update(CITY));
    DirectSql.execute(
        shop,
        "insert into countersign.execution values ('%s', 1, 'other')".formatted(doubted.id()));
    api.vote("bob", doubted, "approve");
    api.until("bob", doubted.id(), now -> now.status().equals("NEEDS_RECONCILIATION"));
    Map<String, String> found = Map.of("outcome", "executed", "reason", WORDS + "found");
    assertThat(
            api.post(KIM, "/v1/actions/" + doubted.id() + "/reconcile", Json.write(found)).http())
        .isEqualTo(200);
    return ended(doubted, "SUCCEEDED");
  }

  private Answer takenBack() {
    Map<String, String> role =
        Map.of("role", "reporting", "grantee", "analyst", "duration", "PT5M");
    ObjectNode proposal = ApiClient.proposal("").put("kind", "grant_role");
    proposal.set("arguments", Json.MAPPER.valueToTree(role));
    Answer grant = ended(submit("agent-1", "6", proposal), "SUCCEEDED", "alice", "bob");
    assertThat(api.post(KIM, "/v1/actions/" + grant.id() + "/revoke", "").http()).isEqualTo(200);
    return grant;
  }

  /** What is there for a moment only, or at the person's side of a browser. */
  private void leaveTraces() {
    Instant later = Instant.now().plusSeconds(3600);
    Proposal asked =
        new Proposal(
            "shop",
            new ExecuteSql("select 1", List.of()),
            new Requester(PrincipalType.PERSON, ID, null),
            1,
            new Limits(10, 1000));
    String question = Json.write(new Preview(asked, List.of()));
    jdbi().useExtension(PreviewDao.class, dao -> dao.ask("left", question, Instant.now()));
    jdbi().useExtension(SlackLinkDao.class, dao -> dao.offer("hash", "T1", SLACK, later));
    jdbi()
        .useExtension(
            SessionDao.class,
            dao -> dao.open(new SessionDao.Session("hash", ID, "csrf", Instant.now(), later)));
  }

  /** The person owns the agent, and may not vote on what it asks for. */
  private Answer owned() {
    jdbi().useExtension(PersonDao.class, people -> people.own("agent-1", ID));
    Answer action = submit("agent-1", "7", update(CITY));
    assertThat(api.vote(KIM, action.id(), "approve", action.digest(), WORDS + "owner").http())
        .isEqualTo(403);
    return ended(action, "SUCCEEDED", "bob");
  }

  private void approve(String who, Answer action) {
    assertThat(api.vote(who, action.id(), "approve", action.digest(), WORDS + "good").http())
        .isEqualTo(200);
  }

  private Answer denied(Answer action, String who, String reason) {
    assertThat(api.vote(who, action.id(), "deny", action.digest(), reason).http()).isEqualTo(200);
    return ended(action, "DENIED");
  }

  private Answer ended(Answer action, String status, String... voters) {
    for (String voter : voters) {
      assertThat(api.vote(voter, action, "approve").http()).isEqualTo(200);
    }
    Answer end = api.ended("dave", action.id());
    assertThat(end.status()).as(end.text()).isEqualTo(status);
    return end;
  }

  private ObjectNode update(String city) {
    return ApiClient.proposal("update customers set city = $1 where id = " + row++, city);
  }

  private static ObjectNode proposal(String sql) {
    return ApiClient.proposal(sql);
  }

  private ObjectNode export() {
    ObjectNode proposal =
        proposal("select city from customers where city <> '" + SQL + "' limit 3");
    ((ObjectNode) proposal.put("kind", "export_data").get("arguments")).put("format", "csv");
    return proposal;
  }

  private Answer preview() {
    return api.post(KIM, "/v1/actions/preview", Json.write(update(SQL)));
  }

  private Answer submit(String who, String key, ObjectNode proposal) {
    if (who.equals(KIM) || who.equals(AGENT_OF_KIM)) {
      proposal.put("reason", WORDS + "asked").put("ticket", "PL4NTED-7");
    }
    Answer action = api.submit(who, key, proposal);
    assertThat(action.id()).as(action.text()).isNotEmpty();
    return action;
  }

  @Override
  public void close() throws Exception {
    logs.close();
    demo.close();
    slack.close();
    new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
  }
}
