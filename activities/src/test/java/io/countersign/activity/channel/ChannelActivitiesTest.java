package io.countersign.activity.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.activity.judging.SampleFacts;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Mentions;
import io.countersign.sql.Resolution;
import io.countersign.sql.Reversible;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.action.Outcome;
import io.countersign.workflow.ButtonSeal;
import io.temporal.failure.ApplicationFailure;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelActivitiesTest {
  private final TestDatabase test = TestDatabase.create();
  private final ActionStore actions = new ActionStore(test.database().jdbi());
  private final FakeSlack slack = new FakeSlack();
  private final ButtonSeal seal = new ButtonSeal("signing-secret");
  private SlackChannel channel;
  private ChannelActivitiesImpl activities;

  @BeforeEach
  void open() {
    channel = new SlackChannel(slack.config());
    activities =
        new ChannelActivitiesImpl(
            test.database().jdbi(),
            List.of(channel),
            URI.create("https://countersign.example/"),
            InstantSource.system());
  }

  @AfterEach
  void close() throws Exception {
    channel.close();
    slack.close();
    test.close();
  }

  @Test
  void threeRefreshesMakeOneMessageAndOneEvidence() {
    ActionId id = pending(SampleAction.delete());
    activities.refresh(id);
    activities.refresh(id);
    activities.refresh(id);
    assertThat(slack.calls()).hasSize(1);
    FakeSlack.Call call = slack.calls("chat.postMessage").getFirst();
    assertThat(call.authorization()).isEqualTo("Bearer xoxb-fake");
    assertThat(call.get("channel")).isEqualTo("C1");
    assertThat(call.buttons()).containsExactly("approve", "deny", "open");
    String value = call.blocks().findValuesAsText("value").getFirst();
    assertThat(seal.open(value))
        .contains(new ButtonSeal.Button(id, SampleAction.delete().proposal().digest()));
    assertThat(evidence(id, EventType.ACTION_SHOWN)).hasSize(1);
    assertThat(evidence(id, EventType.ACTION_SHOWN).getFirst())
        .contains("\"channel\":\"slack\"", Digest.sha256("packet").value());
  }

  @Test
  void oneMessageFollowsTheActionToItsEndAndLosesItsButtons() {
    ActionId id = pending(SampleAction.delete());
    activities.refresh(id);
    move(id, ActionStatus.APPROVED, Change.NONE);
    activities.refresh(id);
    move(id, ActionStatus.EXECUTING, Change.NONE);
    Outcome outcome = new Outcome(3, "ledger", SampleAction.NOW, null, null);
    move(id, ActionStatus.SUCCEEDED, Change.NONE.withOutcome(outcome));
    activities.refresh(id);
    activities.refresh(id);
    assertThat(slack.calls("chat.postMessage")).hasSize(1);
    List<FakeSlack.Call> updates = slack.calls("chat.update");
    assertThat(updates).hasSize(2);
    assertThat(updates).allSatisfy(call -> assertThat(call.buttons()).isEmpty());
    assertThat(updates).extracting(call -> call.get("ts")).containsOnly("1700000000.000001");
    assertThat(updates.getFirst().get("text")).startsWith("Approved:");
    assertThat(updates.getLast().get("blocks")).contains("*Executed*: 3 rows");
    assertThat(evidence(id, EventType.ACTION_SHOWN)).hasSize(1);
  }

  @Test
  void allowedOrRefusedActionPostsNothing() {
    ActionId allowed = stored(SampleAction.delete().judged(Verdict.Outcome.ALLOW));
    move(allowed, ActionStatus.APPROVED, Change.NONE);
    ActionId refused = stored(SampleAction.delete().judged(Verdict.Outcome.REFUSE));
    move(refused, ActionStatus.REFUSED, Change.NONE);
    activities.refresh(allowed);
    activities.refresh(refused);
    activities.remind(refused, 1);
    assertThat(slack.calls()).isEmpty();
  }

  @Test
  void concurrentRefreshesPostOneMessage() throws Exception {
    ActionId id = pending(SampleAction.delete());
    Callable<Boolean> refresh =
        () -> {
          try {
            activities.refresh(id);
            return true;
          } catch (ApplicationFailure busy) {
            return false;
          }
        };
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      pool.invokeAll(Stream.generate(() -> refresh).limit(8).toList());
    }
    assertThat(slack.calls("chat.postMessage")).hasSize(1);
    activities.refresh(id);
    assertThat(slack.calls("chat.postMessage")).hasSize(1);
  }

  @Test
  void tooManyRequestsIsTriedAgainWhenSlackSaysSo() {
    ActionId id = pending(SampleAction.delete());
    slack.answerOnce(429, "7", "{\"ok\":false,\"error\":\"ratelimited\"}");
    ApplicationFailure failure = failure(() -> activities.refresh(id));
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(failure.getNextRetryDelay()).isEqualTo(Duration.ofSeconds(7));
    activities.refresh(id);
    assertThat(slack.calls("chat.postMessage")).hasSize(2);
    assertThat(evidence(id, EventType.ACTION_SHOWN)).hasSize(1);
  }

  @Test
  void outageIsTriedAgainAndTellsNothingOfTheAction() {
    ActionId id = pending(SampleAction.delete());
    slack.answerOnce(503, null, "delete from payments");
    slack.answerOnce(200, null, "{\"ok\":false,\"error\":\"internal_error\"}");
    slack.answerOnce(200, null, "no json");
    for (int i = 0; i < 3; i++) {
      ApplicationFailure failure = failure(() -> activities.refresh(id));
      assertThat(failure.isNonRetryable()).isFalse();
      assertThat(failure.getOriginalMessage()).isEqualTo("SLACK_UNAVAILABLE " + id);
      assertThat(failure).hasNoCause();
    }
    activities.refresh(id);
    assertThat(evidence(id, EventType.ACTION_SHOWN)).hasSize(1);
  }

  @Test
  void messageThatSomebodyDeletedIsPostedAgain() {
    ActionId id = pending(SampleAction.delete());
    activities.refresh(id);
    move(id, ActionStatus.EXPIRED, Change.NONE);
    slack.answerOnce(200, null, "{\"ok\":false,\"error\":\"message_not_found\"}");
    activities.refresh(id);
    assertThat(slack.calls("chat.postMessage")).hasSize(2);
    assertThat(slack.calls("chat.postMessage").getLast().buttons()).isEmpty();
  }

  @Test
  void reminderIsSaidOnceInTheThreadAndNeverAfterTheEnd() {
    ActionId id = pending(SampleAction.delete());
    activities.refresh(id);
    slack.answerOnce(500, null, "");
    failure(() -> activities.remind(id, 1));
    activities.remind(id, 1);
    activities.remind(id, 1);
    activities.escalate(id, 1);
    move(id, ActionStatus.DENIED, Change.NONE);
    activities.remind(id, 2);
    List<FakeSlack.Call> replies =
        slack.calls("chat.postMessage").stream()
            .filter(call -> call.form().containsKey("thread_ts"))
            .toList();
    assertThat(replies).hasSize(3);
    assertThat(replies).extracting(call -> call.get("thread_ts")).containsOnly("1700000000.000001");
    assertThat(replies.get(1).get("text")).startsWith("Reminder 1: still waiting until 2026-");
    assertThat(replies.get(2).get("text")).startsWith("Escalation 1: `security` is asked too");
  }

  @Test
  void denialAsksForAReasonInADialogThatCarriesTheSeal() {
    ActionId id = pending(SampleAction.delete());
    activities.askReason(id, "trigger-1");
    FakeSlack.Call call = slack.calls("views.open").getFirst();
    assertThat(call.get("trigger_id")).isEqualTo("trigger-1");
    var view = FakeSlack.json(call.get("view"));
    assertThat(view.get("callback_id").textValue()).isEqualTo("deny");
    assertThat(seal.open(view.get("private_metadata").textValue())).isPresent();
    slack.answerOnce(200, null, "{\"ok\":false,\"error\":\"expired_trigger_id\"}");
    activities.askReason(id, "trigger-2");
    move(id, ActionStatus.CANCELLED, Change.NONE);
    activities.askReason(id, "trigger-3");
    assertThat(slack.calls("views.open")).hasSize(2);
  }

  @Test
  void brokenChannelKeepsNoOtherFromItsTurn() {
    ActionId id = pending(SampleAction.delete());
    try (FakeSlack broken = new FakeSlack()) {
      broken.answerOnce(500, null, "");
      ChannelActivitiesImpl both =
          new ChannelActivitiesImpl(
              test.database().jdbi(),
              List.of(new Renamed(new SlackChannel(broken.config())), channel),
              URI.create("https://countersign.example"),
              InstantSource.system());
      failure(() -> both.refresh(id));
    }
    assertThat(slack.calls("chat.postMessage")).hasSize(1);
  }

  /** A second channel. */
  private record Renamed(SlackChannel channel) implements ReviewChannel {
    @Override
    public String name() {
      return "teams";
    }

    @Override
    public Digest digest(ReviewView view) {
      return channel.digest(view);
    }

    @Override
    public String post(ReviewView view) {
      return channel.post(view);
    }

    @Override
    public boolean update(String reference, ReviewView view) {
      return channel.update(reference, view);
    }

    @Override
    public void remind(String reference, ReviewView view, Notice notice) {
      channel.remind(reference, view, notice);
    }
  }

  private ActionId pending(SampleAction action) {
    ActionId id = stored(action);
    move(id, ActionStatus.PENDING_REVIEW, Change.NONE);
    return id;
  }

  private ActionId stored(SampleAction action) {
    ActionId id = ActionId.random();
    actions.submit(
        new NewAction(
            id,
            action.proposal(),
            action.reason(),
            action.ticket(),
            List.of(),
            Set.of("carol-sub"),
            null,
            "hash",
            SampleAction.NOW),
        event(id, EventType.ACTION_SUBMITTED));
    Change change =
        Change.NONE
            .withJudgement(
                new Understanding(
                    ANALYSIS, Resolution.objecting("not looked at"), List.of("pci"), null),
                SampleFacts.UPDATE_PAYMENTS,
                action.verdict(),
                List.of("dba"),
                List.of())
            .withPacket(action.packet(id), Digest.sha256("packet").value())
            .withExpiry(SampleAction.NOW.plusSeconds(3600));
    move(id, ActionStatus.EVALUATING, change);
    return id;
  }

  private void move(ActionId id, ActionStatus to, Change change) {
    Set<ActionStatus> from = Set.of(ActionStatus.values());
    EventType type =
        switch (to) {
          case EVALUATING -> EventType.ACTION_JUDGED;
          case PENDING_REVIEW -> EventType.ACTION_PENDING;
          default -> EventType.valueOf("ACTION_" + to);
        };
    assertThat(actions.transition(id, from, to, change, event(id, type))).isTrue();
  }

  private static Event event(ActionId id, EventType type) {
    return new Event(
        SampleAction.NOW,
        type,
        id,
        1,
        null,
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  private List<String> evidence(ActionId id, EventType type) {
    return test.database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select body from audit_outbox where action_id = ? and type = ?")
                    .bind(0, id.value())
                    .bind(1, type.wireName())
                    .mapTo(String.class)
                    .list());
  }

  private static ApplicationFailure failure(Runnable work) {
    return catchThrowableOfType(ApplicationFailure.class, work::run);
  }

  private static final Analysis ANALYSIS =
      new Analysis(
          StatementClass.WRITE,
          1,
          "Delete from",
          List.of("payments"),
          List.of("id"),
          false,
          List.of(),
          List.of(),
          List.of(),
          false,
          Reversible.NO,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Mentions.NONE);
}
