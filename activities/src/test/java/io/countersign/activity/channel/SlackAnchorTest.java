package io.countersign.activity.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.PastedNotes;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.ChannelMessageDao;
import io.countersign.store.action.NewAction;
import io.countersign.store.anchor.AnchorMessageDao;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The thread of an action's card as an anchor. */
class SlackAnchorTest {
  private static final String ORIGIN = "log.example/audit";

  private final TestDatabase test = TestDatabase.create();
  private final Jdbi jdbi = test.database().jdbi();
  private final FakeSlack slack = new FakeSlack();
  private final SlackChannel channel = new SlackChannel(slack.config());
  private final SigningKey key = SigningKey.generate(ORIGIN);
  private final Integrator integrator = new Integrator(jdbi, key, Clock.systemUTC());
  private final Anchors anchors = Anchors.none(jdbi);
  private Instant now = Instant.now();
  private final SlackAnchor anchor = started();

  SlackAnchorTest() throws EvidenceException {}

  /** As a process does that starts. */
  private SlackAnchor started() {
    return new SlackAnchor(
        jdbi, channel, KeyRing.of(List.of(key.verifierKey())), anchors, () -> now);
  }

  @AfterEach
  void close() throws Exception {
    channel.close();
    slack.close();
    test.close();
  }

  /** An action whose card is in the channel. */
  private ActionId shown(String ts) {
    ActionId id = ActionId.random();
    SampleAction action = SampleAction.delete();
    new ActionStore(jdbi)
        .submit(
            new NewAction(
                id,
                action.proposal(),
                action.reason(),
                action.ticket(),
                List.of(),
                Set.of("carol-sub"),
                null,
                "hash" + ts,
                SampleAction.NOW),
            event(id, EventType.ACTION_SUBMITTED));
    jdbi.useExtension(
        ChannelMessageDao.class,
        messages -> {
          messages.claim(id.value(), "slack", Instant.now(), Instant.EPOCH);
          messages.posted(id.value(), "slack", "C1:" + ts, "shown", Instant.now());
        });
    return id;
  }

  private void end(ActionId id) {
    jdbi.useHandle(handle -> Outbox.insert(handle, event(id, EventType.ACTION_SUCCEEDED)));
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

  private List<FakeSlack.Call> posted() {
    return slack.calls("chat.postMessage");
  }

  @Test
  void endedActionGetsOneCheckpointThatCoversIt() throws Exception {
    ActionId id = shown("1.1");
    integrator.integrate();
    anchor.post();
    assertThat(posted()).as("it goes on").isEmpty();
    end(id);
    anchor.post();
    assertThat(posted()).as("no checkpoint covers its end").isEmpty();
    integrator.integrate();
    anchor.post();
    anchor.post();
    assertThat(posted()).hasSize(1);
    assertThat(posted().getFirst().get("thread_ts")).isEqualTo("1.1");
    String note = PastedNotes.of(posted().getFirst().get("text"), ORIGIN).getFirst();
    assertThat(KeyRing.of(List.of(key.verifierKey())).open(note).checkpoint().size()).isEqualTo(3);
    assertThat(confirmed()).containsExactly("C1:1700000000.000001 3");
  }

  private List<String> confirmed() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    select reference || ' ' || size from audit_anchor
                    where confirmed_at is not null order by 1
                    """)
                .mapTo(String.class)
                .list());
  }

  @Test
  void actionWithoutACardGetsNone() {
    ActionId id = shown("1.1");
    jdbi.useHandle(handle -> handle.execute("delete from channel_message"));
    end(id);
    integrator.integrate();
    anchor.post();
    assertThat(posted()).isEmpty();
  }

  private ActionId due(String ts) {
    ActionId id = shown(ts);
    end(id);
    integrator.integrate();
    return id;
  }

  private void roundAfter(Duration time) {
    now = now.plus(time);
    anchor.post();
  }

  @Test
  void whatSlackPutsOffIsSentWhenSlackSaysSo() {
    due("1.1");
    due("2.2");
    slack.answerOnce(429, "300", "{\"ok\":false,\"error\":\"ratelimited\"}");
    anchor.post();
    roundAfter(Duration.ofSeconds(299));
    assertThat(posted()).as("asked to be left alone").hasSize(1);
    assertThat(anchors.failing()).containsEntry("slack", "takes nothing now: status 429");
    roundAfter(Duration.ofSeconds(1));
    assertThat(slack.thread("1.1")).hasSize(1);
    assertThat(slack.thread("2.2")).hasSize(1);
    assertThat(anchors.failing()).isEmpty();
    assertThat(anchors.newest()).isPositive();
    assertThat(slack.calls("conversations.replies")).as("nothing was in doubt").isEmpty();
  }

  @Test
  void outageOfHoursIsWaitedForEverMorePatiently() {
    due("1.1");
    slack.down();
    for (int i = 0; i < 360; i++) {
      roundAfter(Duration.ofSeconds(20));
    }
    assertThat(anchors.failing()).containsEntry("slack", "takes nothing now: cannot be reached");
    slack.up();
    roundAfter(Duration.ofMinutes(11));
    assertThat(slack.thread("1.1")).hasSize(1);
    assertThat(confirmed()).hasSize(1);
    assertThat(anchors.failing()).isEmpty();
  }

  @Test
  void faultsInARowAreFewRequests() {
    due("1.1");
    for (int i = 0; i < 100; i++) {
      slack.answerOnce(503, null, "");
    }
    for (int i = 0; i < 180; i++) {
      roundAfter(Duration.ofSeconds(20));
    }
    assertThat(slack.calls()).as("in an hour").hasSizeBetween(6, 12);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 0})
  void messageWhoseAnswerWasLostIsFoundAndNotSentTwice(int status) {
    due("1.1");
    anchor.post();
    due("2.2");
    slack.doAndAnswerOnce(status);
    anchor.post();
    assertThat(confirmed()).hasSize(1);
    assertThat(anchors.failing().get("slack")).startsWith("does not say whether it took it");
    roundAfter(Duration.ofMinutes(2));
    assertThat(slack.thread("2.2")).hasSize(1);
    assertThat(posted()).hasSize(2);
    assertThat(confirmed()).containsExactly("C1:1700000000.000001 3", "C1:1700000000.000002 5");
    assertThat(anchors.failing()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"internal_error", "fatal_error", "service_unavailable"})
  void messageThatIsNotThereIsSentAgainAlsoByAnotherProcess(String error) {
    due("1.1");
    slack.answerOnce(200, null, "{\"ok\":false,\"error\":\"" + error + "\"}");
    anchor.post();
    slack.reply("1.1", "well done");
    now = now.plusSeconds(120);
    started().post();
    assertThat(slack.thread("1.1")).hasSize(2);
    assertThat(confirmed()).hasSize(1);
    roundAfter(Duration.ofMinutes(30));
    assertThat(posted()).hasSize(2);
  }

  @Test
  void claimOfAnotherProcessIsLeftAloneWhileItsMessageMayBeOnItsWay() {
    ActionId id = due("1.1");
    jdbi.useExtension(
        AnchorMessageDao.class, dao -> dao.claim(id.value(), "slack", 2, now, Instant.EPOCH));
    roundAfter(Duration.ofSeconds(50));
    assertThat(slack.calls()).isEmpty();
    roundAfter(Duration.ofSeconds(20));
    assertThat(slack.thread("1.1")).hasSize(1);
  }

  @Test
  void checkpointThatSomebodyMadeUpIsNone() throws Exception {
    due("1.1");
    slack.answerOnce(500, null, "");
    anchor.post();
    String forged = new Checkpoint(ORIGIN, 9, TreeHash.leaf("x")).sign(SigningKey.generate(ORIGIN));
    slack.reply("1.1", "Entry 1 of the evidence log ends this action\n" + forged);
    roundAfter(Duration.ofMinutes(2));
    assertThat(posted()).hasSize(2);
    assertThat(confirmed()).hasSize(1);
  }

  @Test
  void threadThatCannotBeReadGetsNoSecondMessage() {
    due("1.1");
    slack.doAndAnswerOnce(500);
    anchor.post();
    slack.answerOnce(200, null, "{\"ok\":false,\"error\":\"missing_scope\"}");
    roundAfter(Duration.ofMinutes(2));
    assertThat(anchors.failing()).containsEntry("slack", "refuses it: missing_scope");
    due("2.2");
    roundAfter(Duration.ofMinutes(2));
    assertThat(slack.thread("2.2")).as("others go on").hasSize(1);
    assertThat(slack.thread("1.1")).hasSize(1);
    roundAfter(Duration.ofMinutes(10));
    assertThat(slack.thread("1.1")).hasSize(1);
    assertThat(confirmed()).as("found, once it can be read").hasSize(2);
  }

  @Test
  void refusedThreadHoldsUpNoOtherAndIsGivenUpAfterADay() {
    due("1.1");
    due("2.2");
    slack.answerOnce(200, null, "{\"ok\":false,\"error\":\"thread_not_found\"}");
    anchor.post();
    roundAfter(Duration.ofSeconds(20));
    assertThat(slack.thread("2.2")).hasSize(1);
    assertThat(slack.thread("1.1")).isEmpty();
    roundAfter(Duration.ofHours(25));
    assertThat(slack.thread("1.1")).isEmpty();
    assertThat(posted()).hasSize(2);
  }
}
