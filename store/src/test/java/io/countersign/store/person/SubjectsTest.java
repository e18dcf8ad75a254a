package io.countersign.store.person;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.Pseudonym;
import io.countersign.audit.Subject;
import io.countersign.store.Database;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.Outbox;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SubjectsTest {
  private static final TestDatabase TEST = TestDatabase.create();
  private static final String PERSON = "pl4nted \"person\"@example.org";

  private final Jdbi jdbi = TEST.database().jdbi();

  @AfterAll
  static void close() {
    TEST.close();
  }

  @Test
  void bodyHoldsPseudonymsInsteadOfPeople() {
    ActionId action = ActionId.random();
    List<Map<String, Object>> votes =
        List.of(Map.of("person", new Subject.Person(PERSON)), Map.of("person", "none"));
    assertThatThrownBy(() -> insert(event(action, PERSON, PERSON, Map.of("votes", votes))))
        .cause()
        .hasMessageContaining("audit_outbox_names_nobody");
    Map<String, Object> details =
        Map.of(
            "votes",
            List.of(Map.of("person", new Subject.Person(PERSON + "2"))),
            "reason",
            new Subject.Secret(PERSON, "pl4nted reason"));
    insert(event(action, PERSON, PERSON, details));
    String body = bodies(action).getFirst();
    assertThat(body)
        .doesNotContain("pl4nted")
        .contains("\"on_behalf_of\":\"" + pseudonym(PERSON) + "\"")
        .contains("{\"person\":\"" + pseudonym(PERSON + "2") + "\"}")
        .contains("\"reason\":\"hmac_");
  }

  @Test
  void personKeepsOnePseudonymAndAnotherPersonHasAnother() {
    ActionId action = ActionId.random();
    insert(event(action, "kim", null, Map.of()));
    String first = pseudonym("kim");
    insert(event(action, "kim", "lee", Map.of()));
    assertThat(pseudonym("kim")).isEqualTo(first).matches(Pseudonym::isWellFormed);
    assertThat(pseudonym("lee")).isNotEqualTo(first);
  }

  @Test
  void databaseRefusesBodyThatNamesSomebody() {
    for (String body :
        List.of(
            "{\"actor\":{\"id\":\"mia\",\"type\":\"person\"}}",
            "{\"on_behalf_of\":\"mia\"}",
            "{\"details\":{\"votes\":[{\"person\":\"su\"}]}}")) {
      assertThatThrownBy(() -> insertBody(body)).hasMessageContaining("names_nobody");
    }
    // What somebody else wrote is inside of a string.
    insertBody("{\"note\":\"\\\"type\\\":\\\"person\\\",\\\"person\\\":\\\"mia\\\"\"}");
  }

  @Test
  void peopleThatNobodyMetBeforeAreNamedByManyAtOnce() throws Exception {
    int writers = 8;
    ActionId action = ActionId.random();
    CyclicBarrier start = new CyclicBarrier(writers);
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> all = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        boolean backwards = writer % 2 == 0;
        Callable<Void> work =
            () -> {
              for (int i = 0; i < 20; i++) {
                start.await();
                String one = "new-a-" + i;
                String two = "new-b-" + i;
                insert(event(action, backwards ? one : two, backwards ? two : one, Map.of()));
              }
              return null;
            };
        all.add(threads.submit(work));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(bodies(action)).hasSize(writers * 20);
    for (int i = 0; i < 20; i++) {
      String a = pseudonym("new-a-" + i);
      String b = pseudonym("new-b-" + i);
      assertThat(bodies(action).stream().filter(body -> body.contains(a) && body.contains(b)))
          .hasSize(writers);
    }
  }

  @Test
  void timelineShowsThePersonUntilTheKeyIsGone() {
    ActionId action = ActionId.random();
    insert(event(action, "noa", null, Map.of()));
    AuditLog log = new AuditLog(jdbi, List.of());
    assertThat(log.timeline(action).getFirst().actor().id()).isEqualTo("noa");
    String pseudonym = pseudonym("noa");
    jdbi.useExtension(SubjectDao.class, dao -> dao.delete("noa"));
    assertThat(log.timeline(action).getFirst().actor().id()).isEqualTo(pseudonym);
  }

  @Test
  void entryOfAnEarlierReleaseShowsThePersonItNames() {
    ActionId action = ActionId.random();
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into audit_entry (idx, leaf_hash, body, event_id, action_id, type,
                  occurred_at)
                values (0, sha256(''), ?, gen_random_uuid(), ?, 'vote.counted', now())
                """,
                event(action, "old", null, Map.of()).body(subject -> subject.personId()),
                action.value()));
    AuditLog log = new AuditLog(jdbi, List.of());
    assertThat(log.timeline(action).getFirst().actor().id()).isEqualTo("old");
  }

  @Test
  void withoutTheConfiguredKeyNobodyNewIsNamed() {
    try (Database keyless = Database.open(TEST.config())) {
      Event event = event(ActionId.random(), "stranger", null, Map.of());
      assertThatThrownBy(() -> keyless.jdbi().useHandle(handle -> Outbox.insert(handle, event)))
          .hasMessage("no key wraps the keys of people");
    }
  }

  private void insert(Event event) {
    jdbi.useTransaction(handle -> Outbox.insert(handle, event));
  }

  private void insertBody(String body) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into audit_outbox (event_id, type, occurred_at, body)
                values (gen_random_uuid(), 'audit.heartbeat', now(), ?)
                """,
                body));
  }

  private List<String> bodies(ActionId action) {
    return jdbi.withExtension(AuditDao.class, dao -> dao.bodies(action.value()));
  }

  private String pseudonym(String person) {
    return jdbi.withHandle(
        handle ->
            handle
                .select("select pseudonym from audit_secret where subject_id = ?", person)
                .mapTo(String.class)
                .one());
  }

  private static Event event(
      ActionId action, String person, @Nullable String behalf, Map<String, Object> details) {
    return new Event(
        Instant.parse("2026-01-02T03:04:05Z"),
        EventType.VOTE_COUNTED,
        action,
        1,
        null,
        null,
        new Event.Actor("person", person, "api"),
        behalf,
        Event.Effect.CHANGED,
        null,
        null,
        details);
  }
}
