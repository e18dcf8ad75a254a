package io.countersign.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Code;
import io.countersign.action.PrincipalType;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SigningKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.EntrySearch;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.integration.Integrator;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditSearchResourceTest {
  private static final Caller DAVE = caller(PrincipalType.PERSON, Set.of(Caller.Role.AUDITOR));
  private static final Caller ALICE = caller(PrincipalType.PERSON, Set.of());
  private static final Caller AGENT = caller(PrincipalType.AGENT, Set.of(Caller.Role.AUDITOR));

  private final TestDatabase database = TestDatabase.create();
  private final Jdbi jdbi = database.database().jdbi();
  private final AuditSearchResource resource = new AuditSearchResource(new EntrySearch(jdbi));

  @BeforeEach
  void fill() throws EvidenceException {
    for (int i = 0; i < 5; i++) {
      Event event =
          new Event(
              Instant.parse("2026-01-02T03:04:05Z").plusSeconds(i),
              EventType.POLICY_LOADED,
              null,
              0,
              null,
              "sha256:" + i,
              Event.Actor.SYSTEM,
              null,
              Event.Effect.CHANGED,
              null,
              null,
              Map.of());
      jdbi.useHandle(handle -> Outbox.insert(handle, event));
    }
    SigningKey key = SigningKey.generate("countersign.example/audit");
    try (Integrator integrator = new Integrator(jdbi, key, Clock.systemUTC())) {
      integrator.integrate();
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Caller caller(PrincipalType type, Set<Caller.Role> roles) {
    return new Caller(type, "x", "X", List.of(), roles, null, Set.of(), null, "api");
  }

  @Test
  void pagesHoldEveryEntryOnceTheNewestFirst() {
    List<Instant> times = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      Page<EntrySearch.Found> page =
          resource.search(DAVE, "policy.loaded", null, "countersign", null, null, "2", cursor);
      page.items().forEach(found -> times.add(found.at()));
      cursor = page.nextCursor();
    } while (cursor != null);
    assertThat(times).hasSize(5).isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(
            resource
                .search(
                    DAVE,
                    null,
                    null,
                    null,
                    "2026-01-02T03:04:06Z",
                    "2026-01-02T03:04:08Z",
                    null,
                    null)
                .items())
        .hasSize(2);
  }

  @Test
  void onlyPeopleWhoAuditSearch() {
    for (Caller caller : List.of(ALICE, AGENT)) {
      assertThatThrownBy(() -> resource.search(caller, null, null, null, null, null, null, null))
          .isInstanceOfSatisfying(
              ApiException.class, refused -> assertThat(refused.code()).isEqualTo(Code.FORBIDDEN));
    }
  }

  @Test
  void whatNoEntryCouldBeIsRefusedInWords() {
    refuses("`type`", "", null, null, null, null, null, null);
    refuses("`type`", "vote.counted' or true --", null, null, null, null, null, null);
    refuses("`action`", null, "act_1", null, null, null, null, null);
    refuses("`actor`", null, null, "", null, null, null, null);
    refuses("`actor`", null, null, "a\0b", null, null, null, null);
    refuses("`actor`", null, null, "\uD800", null, null, null, null);
    refuses("`actor`", null, null, "x".repeat(201), null, null, null, null);
    refuses("`from`", null, null, null, "yesterday", null, null, null);
    refuses("`to`", null, null, null, null, "+999999999-01-01T00:00:00Z", null, null);
    refuses("`limit`", null, null, null, null, null, "0", null);
    refuses("`limit`", null, null, null, null, null, "201", null);
    for (String cursor : List.of("", "!", "AAAA", "MjAyNi0wMS0wMlQwMzowNDowNVo", "IA")) {
      refuses("`cursor`", null, null, null, null, null, null, cursor);
    }
  }

  private void refuses(String word, @Nullable String... asked) {
    assertThatThrownBy(
            () ->
                resource.search(
                    DAVE, asked[0], asked[1], asked[2], asked[3], asked[4], asked[5], asked[6]))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(Code.VALIDATION);
              assertThat(refused.getMessage()).startsWith(word);
            });
  }
}
