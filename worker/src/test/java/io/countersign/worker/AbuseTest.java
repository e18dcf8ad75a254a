package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.VoteReceipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on quorum, consent and privacy, over HTTP and behind its back. */
class AbuseTest {
  private static final AtomicInteger NEXT_ROW = new AtomicInteger(1_000);
  private static final String UNKNOWN_ID = "act_00000000000000000000000000";

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  @ParameterizedTest
  @CsvSource({
    "carol,PARTY_CANNOT_APPROVE",
    "agent-1,AGENT_CANNOT_DECIDE",
    "erin,NOT_A_REVIEWER",
    "dave,NOT_A_REVIEWER"
  })
  void whoHoldsNoSeatCannotApproveAndTheAttemptIsRecorded(String who, String code) {
    Answer action = write();
    Answer vote = api.vote(who, action, "approve");
    assertThat(vote.http()).isEqualTo(403);
    assertThat(vote.code()).isEqualTo(code);
    assertThat(action(action).status()).isEqualTo("PENDING_REVIEW");
    assertThat(seats(action(action))).containsExactly("dba 0/1");
    assertThat(events(action)).contains("vote.refused " + code);
    assertThat(effect(action)).isFalse();
  }

  @Test
  void voteAfterTheEndHasNoEffect() {
    Answer action = write();
    api.vote("bob", action, "deny");
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("DENIED");
    Answer late = api.vote("alice", action, "approve");
    assertThat(late.http()).isEqualTo(409);
    assertThat(late.code()).isEqualTo("NOT_PENDING");
    assertThat(events(action)).contains("vote.late NOT_PENDING");
    assertThat(action(action).status()).isEqualTo("DENIED");
    assertThat(effect(action)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"person", "person_id", "reviewer", "voter", "groups", "channel"})
  void bodyCannotNameAnotherReviewer(String field) {
    Answer action = write();
    Map<String, Object> body =
        Map.of("decision", "approve", "action_digest", action.digest(), field, "bob");
    Answer vote = api.post("carol", path(action) + "/votes", Json.write(body));
    assertThat(vote.code()).isEqualTo("VALIDATION");
    assertThat(vote.detail()).contains("unknown field `" + field + "`");
    assertThat(seats(action(action))).containsExactly("dba 0/1");
  }

  @Test
  void staleDigestIsRefused() {
    Answer action = write();
    String other = "sha256:" + "0".repeat(64);
    Answer vote = api.vote("bob", action.id(), "approve", other, "");
    assertThat(vote.http()).isEqualTo(409);
    assertThat(vote.code()).isEqualTo("STALE_DIGEST");
    assertThat(seats(action(action))).containsExactly("dba 0/1");
    assertThat(events(action)).contains("vote.refused STALE_DIGEST");
  }

  @Test
  void digestOfAnotherActionIsStale() {
    Answer action = write();
    Answer other = write();
    assertThat(api.vote("bob", action.id(), "approve", other.digest(), "").code())
        .isEqualTo("STALE_DIGEST");
  }

  @Test
  void sameKeyAtTheSameTimeIsOneAction() throws Exception {
    JsonNode proposal = ApiClient.proposal(sql(NEXT_ROW.incrementAndGet()));
    String key = UUID.randomUUID().toString();
    List<Answer> answers = together(20, () -> api.submit("agent-1", key, proposal));
    assertThat(answers.stream().map(Answer::id).collect(Collectors.toSet())).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.http() == 201)).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.http() == 200)).hasSize(19);
    assertThat(events(answers.getFirst())).containsOnlyOnce("action.submitted ");
  }

  @Test
  void keyOfAnotherPrincipalIsAnotherAction() {
    String key = UUID.randomUUID().toString();
    JsonNode proposal = ApiClient.proposal(sql(NEXT_ROW.incrementAndGet()));
    Answer agents = api.submit("agent-1", key, proposal);
    Answer erins = api.submit("erin", key, proposal);
    assertThat(erins.http()).isEqualTo(201);
    assertThat(erins.id()).isNotEqualTo(agents.id());
  }

  @Test
  void droppedClientThatRepeatsFindsItsAction() {
    JsonNode proposal = ApiClient.proposal(sql(NEXT_ROW.incrementAndGet()));
    String key = UUID.randomUUID().toString();
    Answer first = api.submit("agent-1", key, proposal);
    Answer again = api.submit("agent-1", key, proposal);
    assertThat(again.http()).isEqualTo(200);
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(api.vote("bob", again, "approve").http()).isEqualTo(200);
    api.ended("agent-1", first.id());
    Answer late = api.submit("agent-1", key, proposal);
    assertThat(late.http()).isEqualTo(200);
    assertThat(late.status()).isEqualTo("SUCCEEDED");
  }

  @Test
  void voteCanBeWithdrawnAndCastAgain() {
    Answer action = paymentWrite();
    assertThat(seats(api.vote("bob", action, "approve"))).contains("dba 1/1", "security 0/1");
    Answer withdrawn = api.delete("bob", path(action) + "/votes/mine");
    assertThat(withdrawn.http()).isEqualTo(200);
    assertThat(seats(withdrawn)).contains("dba 0/1", "security 0/1");
    assertThat(seats(api.vote("bob", action, "approve"))).contains("dba 1/1", "security 0/1");
    assertThat(api.vote("alice", action, "approve").http()).isEqualTo(200);
    assertThat(api.ended("agent-1", action.id()).status()).isEqualTo("SUCCEEDED");
    assertThat(events(action)).contains("vote.withdrawn ");
  }

  @Test
  void doubleClickIsOneVote() throws Exception {
    Answer action = paymentWrite();
    List<Answer> clicks = together(10, () -> api.vote("bob", action, "approve"));
    assertThat(clicks).allMatch(click -> click.http() == 200);
    Answer now = action(action);
    assertThat(now.status()).isEqualTo("PENDING_REVIEW");
    assertThat(seats(now)).contains("dba 1/1", "security 0/1");
  }

  @Test
  void approveAndDenyRacingEndInOneState() throws Exception {
    Answer action = write();
    AtomicInteger turn = new AtomicInteger();
    together(
        6,
        () ->
            turn.getAndIncrement() % 2 == 0
                ? api.vote("bob", action, "approve")
                : api.vote("alice", action, "deny"));
    String status = api.ended("agent-1", action.id()).status();
    assertThat(status).isIn("SUCCEEDED", "DENIED");
    assertThat(effect(action)).isEqualTo(status.equals("SUCCEEDED"));
    assertThat(events(action).stream().filter(type -> type.matches("action\\.(denied|approved).*")))
        .hasSize(1);
  }

  @Test
  void partiesCancelAndStrangersCannot() {
    Answer action = write();
    assertThat(api.post("erin", path(action) + "/cancel", "").code()).isEqualTo("NOT_FOUND");
    assertThat(api.post("bob", path(action) + "/cancel", "").code()).isEqualTo("FORBIDDEN");
    assertThat(api.post("dave", path(action) + "/cancel", "").code()).isEqualTo("FORBIDDEN");
    Answer cancelled = api.post("agent-1", path(action) + "/cancel", "");
    assertThat(cancelled.status()).isEqualTo("CANCELLED");
    assertThat(cancelled.body().path("approved").asBoolean(true)).isFalse();
    assertThat(api.vote("bob", action, "approve").code()).isEqualTo("NOT_PENDING");
    assertThat(effect(action)).isFalse();
  }

  @Test
  void humanBehindTheAgentCancels() {
    Answer action = write();
    assertThat(api.post("carol", path(action) + "/cancel", "").status()).isEqualTo("CANCELLED");
    assertThat(api.post("carol", path(action) + "/cancel", "").code()).isEqualTo("NOT_PENDING");
  }

  @Test
  void voteForgedInTemporalIsRefusedAndRecorded() {
    Answer action = write();
    VoteReceipt receipt = forge(action, vote(action, UUID.randomUUID().toString(), "00"));
    assertThat(receipt.counted()).isFalse();
    assertThat(receipt.code()).isEqualTo(Code.FORBIDDEN);
    assertThat(events(action)).contains("vote.refused FORBIDDEN");
    assertThat(seats(action(action))).containsExactly("dba 0/1");
    assertThat(action(action).status()).isEqualTo("PENDING_REVIEW");
  }

  @Test
  void ballotWithAnotherSealIsRefusedThoughItIsStored() {
    Answer action = write();
    SealedVote vote = vote(action, UUID.randomUUID().toString(), "ab".repeat(32));
    execute(
        """
        insert into ballot (vote_id, action_id, person_id, decision, digest, channel, received_at,
            mac, state)
        values ('%s', '%s', 'bob', 'approve', '%s', 'api', now(), '%s', 'received')
        """
            .formatted(vote.voteId(), action.id(), action.digest(), vote.mac()));
    assertThat(forge(action, vote).code()).isEqualTo(Code.FORBIDDEN);
    assertThat(action(action).status()).isEqualTo("PENDING_REVIEW");
    assertThat(seats(action(action))).containsExactly("dba 0/1");
    execute("update ballot set state = 'refused' where vote_id = '%s'".formatted(vote.voteId()));
  }

  @Test
  void ballotPlantedAsCountedDoesNotApprove() {
    Answer action = write();
    execute(
        """
        insert into ballot (vote_id, action_id, person_id, decision, digest, channel, received_at,
            mac, state, groups)
        values ('%s', '%s', 'bob', 'approve', '%s', 'api', now(), 'x', 'counted', '{dba}')
        """
            .formatted(UUID.randomUUID(), action.id(), action.digest()));
    forge(action, vote(action, UUID.randomUUID().toString(), "00"));
    Answer now =
        api.until("dave", action.id(), a -> events(a).contains("vote.withdrawn NOT_A_REVIEWER"));
    assertThat(seats(now)).containsExactly("dba 0/1");
    assertThat(now.status()).isEqualTo("PENDING_REVIEW");
    assertThat(effect(action)).isFalse();
  }

  private static SealedVote vote(Answer action, String id, String mac) {
    return new SealedVote(
        id,
        new ActionId(action.id()),
        new Digest(action.digest()),
        "bob",
        Decision.APPROVE,
        "api",
        Instant.now(),
        mac);
  }

  /** As somebody with access to Temporal alone would. */
  private VoteReceipt forge(Answer action, SealedVote vote) {
    return server
        .demo()
        .application()
        .client()
        .newUntypedWorkflowStub(action.id())
        .update("vote", VoteReceipt.class, vote);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arguments = replace(arguments, 'void', 'paid')",
        "arguments = jsonb_set(arguments::jsonb, '{params}', '[\"1\"]')::text",
        "max_rows = max_rows - 1",
        "target = 'elsewhere'",
        "requester_id = 'agent-2'",
        "digest = 'sha256:' || repeat('0', 64)"
      })
  void alteredActionDoesNotRun(String change) {
    int row = NEXT_ROW.incrementAndGet();
    Answer action =
        api.submit("agent-1", "update orders set status = 'void' where id = $1", "" + row);
    String before = order(row);
    execute("update action set %s where id = '%s'".formatted(change, action.id()));
    api.vote("bob", action, "approve");
    Answer end = api.until("dave", action.id(), now -> !isMoving(now));
    assertThat(end.status()).isNotEqualTo("SUCCEEDED");
    if (end.status().equals("FAILED")) {
      assertThat(end.body().at("/error/code").asText()).isEqualTo("PERMIT_INVALID");
    }
    assertThat(order(row)).isEqualTo(before);
  }

  private static boolean isMoving(Answer action) {
    return Set.of("EVALUATING", "APPROVED", "EXECUTING").contains(action.status());
  }

  private Answer write() {
    Answer action = api.submit("agent-1", sql(NEXT_ROW.incrementAndGet()));
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    return action;
  }

  private Answer paymentWrite() {
    String sql = "update payments set amount = amount where id = ";
    Answer action = api.submit("agent-1", sql + NEXT_ROW.incrementAndGet());
    assertThat(action.status()).as(action.text()).isEqualTo("PENDING_REVIEW");
    return action;
  }

  private static String sql(int row) {
    return "update orders set total = 77777.25 where id = " + row;
  }

  private Answer action(Answer action) {
    return api.get("dave", path(action));
  }

  /** Whether the row of {@link #write} was changed. */
  private boolean effect(Answer action) {
    String sql =
        text("select arguments::json->>'sql' from action where id = '%s'".formatted(action.id()));
    String row = sql.substring(sql.lastIndexOf(' ') + 1);
    String total = DirectSql.text(server.shop(), "select total from orders where id = " + row);
    return total.equals("77777.25");
  }

  private String order(int id) {
    return DirectSql.text(server.shop(), "select orders::text from orders where id = " + id);
  }

  private List<String> events(Answer action) {
    List<String> events = new ArrayList<>();
    api.get("dave", path(action) + "/events")
        .body()
        .path("items")
        .forEach(e -> events.add(e.path("type").asText() + " " + e.path("code").asText("")));
    return events;
  }

  private static List<String> seats(Answer action) {
    List<String> seats = new ArrayList<>();
    for (JsonNode seat : action.body().path("seats")) {
      seats.add(
          "%s %d/%d"
              .formatted(
                  seat.path("group").asText(),
                  seat.path("have").asInt(),
                  seat.path("need").asInt()));
    }
    return seats;
  }

  private static String path(Answer action) {
    return "/v1/actions/" + action.id();
  }

  private static String unknown() {
    return "/v1/actions/" + UNKNOWN_ID;
  }

  private static <T> List<T> together(int count, Callable<T> call) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> calls =
          IntStream.range(0, count).mapToObj(i -> threads.submit(call)).toList();
      List<T> answers = new ArrayList<>();
      for (Future<T> answer : calls) {
        answers.add(answer.get());
      }
      return answers;
    }
  }

  private void execute(String sql) {
    server.demo().application().database().jdbi().useHandle(handle -> handle.execute(sql));
  }

  private String text(String sql) {
    return server
        .demo()
        .application()
        .database()
        .jdbi()
        .withHandle(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }
}
