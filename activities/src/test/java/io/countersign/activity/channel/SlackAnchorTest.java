package io.countersign.activity.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.PastedNotes;
import io.countersign.audit.SigningKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.ChannelMessageDao;
import io.countersign.store.action.NewAction;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread of an action's card as an anchor. */
class SlackAnchorTest {
  private static final String ORIGIN = "log.example/audit";

  private final TestDatabase test = TestDatabase.create();
  private final Jdbi jdbi = test.database().jdbi();
  private final FakeSlack slack = new FakeSlack();
  private final SlackChannel channel = new SlackChannel(slack.config());
  private final SigningKey key = SigningKey.generate(ORIGIN);
  private final Integrator integrator = new Integrator(jdbi, key, Clock.systemUTC());
  private final SlackAnchor anchor = new SlackAnchor(jdbi, channel, InstantSource.system());

  SlackAnchorTest() throws EvidenceException {}

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
                    where confirmed_at is not null
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

  @Test
  void messageThatFailedIsNotSentTwiceAndHoldsUpNoOther() {
    end(shown("1.1"));
    end(shown("2.2"));
    integrator.integrate();
    slack.answerOnce(500, null, "");
    anchor.post();
    anchor.post();
    anchor.post();
    assertThat(posted()).hasSize(2);
    assertThat(confirmed()).hasSize(1);
  }
}
