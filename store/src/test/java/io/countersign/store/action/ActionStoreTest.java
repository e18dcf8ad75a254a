package io.countersign.store.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.ChangeFeed;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionStore.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Rows and their evidence, on a real PostgreSQL. */
class ActionStoreTest {
  private static final TestDatabase TEST = TestDatabase.create();
  private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
  private static final Set<ActionStatus> EVALUATING = Set.of(ActionStatus.EVALUATING);

  private final ActionStore actions = new ActionStore(TEST.database().jdbi());

  @AfterAll
  static void close() {
    TEST.close();
  }

  @Test
  void aSubmittedActionIsStoredWithItsFirstEvidence() {
    NewAction action = action(null, "a");
    assertThat(actions.submit(action, event(action, EventType.ACTION_SUBMITTED)))
        .isInstanceOf(Submission.Created.class);
    ActionRow row = actions.find(action.actionId()).orElseThrow();
    assertThat(row.status()).isEqualTo(ActionStatus.EVALUATING);
    assertThat(row.arguments()).isEqualTo(action.proposal().arguments());
    assertThat(row.proposal().digest()).isEqualTo(row.digest());
    assertThat(row.parties()).containsExactlyInAnyOrder("agent-1", "carol");
    assertThat(evidence(action)).containsExactly("action.submitted");
  }

  @Test
  void theSameKeyAndContentIsTheSameAction() {
    NewAction first = action("key-1", "a");
    NewAction again = action("key-1", "a");
    actions.submit(first, event(first, EventType.ACTION_SUBMITTED));
    Submission repeated = actions.submit(again, event(again, EventType.ACTION_SUBMITTED));
    assertThat(((Submission.Repeated) repeated).action().id()).isEqualTo(first.actionId());
    assertThat(evidence(again)).isEmpty();
  }

  @Test
  void theSameKeyWithOtherContentIsAMismatch() {
    NewAction first = action("key-2", "a");
    NewAction other = action("key-2", "b");
    actions.submit(first, event(first, EventType.ACTION_SUBMITTED));
    assertThat(actions.submit(other, event(other, EventType.ACTION_SUBMITTED)))
        .isInstanceOf(Submission.Mismatch.class);
    assertThat(actions.find(other.actionId())).isEmpty();
  }

  @Test
  void concurrentRepeatsAreOneAction() throws Exception {
    List<Callable<Submission>> calls = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      NewAction action = action("key-3", "a");
      calls.add(() -> actions.submit(action, event(action, EventType.ACTION_SUBMITTED)));
    }
    long created = 0;
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (Future<Submission> answer : threads.invokeAll(calls)) {
        created += answer.get() instanceof Submission.Created ? 1 : 0;
      }
    }
    assertThat(created).isEqualTo(1);
  }

  @Test
  void aTransitionNeedsTheExpectedStatusAndLeavesOneEvent() {
    NewAction action = action(null, "a");
    actions.submit(action, event(action, EventType.ACTION_SUBMITTED));
    assertThat(move(action, ActionStatus.REFUSED, EventType.ACTION_REFUSED)).isTrue();
    assertThat(move(action, ActionStatus.APPROVED, EventType.ACTION_APPROVED)).isFalse();
    assertThat(actions.find(action.actionId()).orElseThrow().status())
        .isEqualTo(ActionStatus.REFUSED);
    assertThat(evidence(action)).containsExactly("action.submitted", "action.refused");
  }

  @Test
  void withoutEvidenceThereIsNoChange() {
    NewAction action = action(null, "a");
    actions.submit(action, event(action, EventType.ACTION_SUBMITTED));
    TEST.database()
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "alter table audit_outbox add constraint planted"
                        + " check (type <> 'action.approved') not valid"));
    try {
      assertThatThrownBy(() -> move(action, ActionStatus.APPROVED, EventType.ACTION_APPROVED))
          .isInstanceOf(RuntimeException.class);
    } finally {
      TEST.database()
          .jdbi()
          .useHandle(handle -> handle.execute("alter table audit_outbox drop constraint planted"));
    }
    assertThat(actions.find(action.actionId()).orElseThrow().status())
        .isEqualTo(ActionStatus.EVALUATING);
  }

  @Test
  void waitersAreWokenByAChange() throws Exception {
    NewAction action = action(null, "a");
    actions.submit(action, event(action, EventType.ACTION_SUBMITTED));
    try (ChangeFeed feed = new ChangeFeed(TEST.config()).start()) {
      // The first wake says that the feed listens; the second is the change.
      try (ChangeFeed.Waiter listening = feed.watch(action.id())) {
        assertThat(listening.await(Duration.ofSeconds(20))).isTrue();
      }
      try (ChangeFeed.Waiter waiter = feed.watch(action.id())) {
        move(action, ActionStatus.REFUSED, EventType.ACTION_REFUSED);
        assertThat(waiter.await(Duration.ofSeconds(20))).isTrue();
      }
    }
  }

  @Test
  void listsShowWhatTheViewerMaySee() {
    NewAction action = action(null, "visible");
    actions.submit(action, event(action, EventType.ACTION_SUBMITTED));
    assertThat(ids("agent", "agent-1", List.of())).contains(action.actionId());
    assertThat(ids("agent", "agent-2", List.of("dba"))).doesNotContain(action.actionId());
    assertThat(ids("person", "carol", List.of())).contains(action.actionId());
    assertThat(ids("person", "bob", List.of("dba"))).doesNotContain(action.actionId());
  }

  private List<ActionId> ids(String type, String viewer, List<String> groups) {
    ActionDao.ActionFilter filter =
        new ActionDao.ActionFilter(
            null, null, null, null, false, false, type, viewer, groups, null, null, 100);
    return actions.list(filter).stream().map(ActionRow::id).toList();
  }

  private boolean move(NewAction action, ActionStatus to, EventType type) {
    return actions.transition(action.actionId(), EVALUATING, to, Change.NONE, event(action, type));
  }

  private static List<String> evidence(NewAction action) {
    return TEST.database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select type from audit_outbox where action_id = :id order by id")
                    .bind("id", action.id())
                    .mapTo(String.class)
                    .list());
  }

  private static Event event(NewAction action, EventType type) {
    return new Event(
        NOW,
        type,
        action.actionId(),
        1,
        action.proposal().digest(),
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  private static NewAction action(@Nullable String key, String content) {
    Proposal proposal =
        new Proposal(
            "shop",
            new ExecuteSql("select $1", List.of(content)),
            new Requester(PrincipalType.AGENT, "agent-1", "carol"),
            1,
            new Limits(10, 1000));
    return new NewAction(
        ActionId.random(),
        proposal,
        "a reason",
        null,
        List.of(),
        Set.of("agent-1", "carol"),
        key,
        proposal.digest().value(),
        NOW);
  }
}
