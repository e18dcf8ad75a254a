package io.countersign.store.person;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Json;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.Openings;
import io.countersign.audit.Openings.Opening;
import io.countersign.audit.Pseudonym;
import io.countersign.audit.Subject;
import io.countersign.store.Sealing;
import io.countersign.store.TestDatabase;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What shows who a pseudonym is, and that it shows nothing else. */
class SubjectOpeningsTest {
  private static final String REASON = "she asked by phone";

  private final EvidenceLog evidence = new EvidenceLog();
  private final ActionId action = ActionId.random();

  @AfterEach
  void close() {
    evidence.close();
  }

  private String record(String actor, String behalf, Map<String, Object> details) {
    Event event =
        new Event(
            Instant.parse("2026-01-02T03:04:05Z"),
            EventType.VOTE_COUNTED,
            action,
            1,
            null,
            null,
            new Event.Actor("person", actor, "api"),
            behalf,
            Event.Effect.CHANGED,
            null,
            null,
            details);
    evidence.jdbi.useHandle(handle -> Outbox.insert(handle, event));
    evidence.integrator.integrate();
    return evidence.jdbi.withExtension(AuditDao.class, dao -> dao.bodies(action.value()).getLast());
  }

  private List<Opening> openings(Collection<String> pseudonyms) {
    return evidence.jdbi.withHandle(handle -> Subjects.openings(handle, pseudonyms));
  }

  private List<Opening> openings(long first, long end) {
    return evidence.jdbi.inTransaction(
        handle -> {
          try (Stream<Opening> found = Subjects.openings(handle, first, end)) {
            return found.toList();
          }
        });
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Test
  void keyAndPersonGiveThePseudonymOfTheEntry() throws Exception {
    String body = record("kim", "lee", Map.of("person", new Subject.Person("zoë \"z\"")));
    List<Opening> opened = openings(Openings.pseudonyms(body));
    assertThat(opened).extracting(Opening::person).contains("kim", "lee", "zoë \"z\"").hasSize(3);
    for (Opening one : opened) {
      byte[] key = Base64.getUrlDecoder().decode(one.key());
      assertThat("sub_" + base64(hmac(key, "countersign/subject/v1\n" + one.person())))
          .isEqualTo(one.pseudonym());
      assertThat(body).contains("\"" + one.pseudonym() + "\"");
    }
  }

  @Test
  void openedKeyTestsNoGuessOfAnotherCommitment() throws Exception {
    String body = record("kim", "lee", Map.of("reason", new Subject.Secret("kim", REASON)));
    String commitment = Json.read(body, JsonNode.class).at("/details/reason").asText();
    assertThat(commitment).matches("hmac_[A-Za-z0-9_-]{43}");
    Opening kim =
        openings(Openings.pseudonyms(body)).stream()
            .filter(one -> one.person().equals("kim"))
            .findFirst()
            .orElseThrow();
    byte[] key = Base64.getUrlDecoder().decode(kim.key());
    String secret = "countersign/secret/v1\n" + REASON;
    byte[] own = Sealing.derive(key, "countersign/commitment/v1\n", new byte[0]);
    byte[] itself = Sealing.derive(key, "countersign/commitment/v1\n", key);
    for (byte[] guessed : List.of(key, own, itself)) {
      assertThat("hmac_" + Pseudonym.commit(guessed, secret)).isNotEqualTo(commitment);
      assertThat("hmac_" + base64(hmac(guessed, REASON))).isNotEqualTo(commitment);
    }
    // With the key that wraps, which no file holds, it is the commitment: the guesses above are
    // right but for that.
    byte[] derived = Sealing.derive(TestDatabase.SUBJECT_KEY, "countersign/commitment/v1\n", key);
    assertThat("hmac_" + Pseudonym.commit(derived, secret)).isEqualTo(commitment);
  }

  @Test
  void whoWasShreddedIsAbsent() {
    String body = record("kim", "lee", Map.of());
    evidence.jdbi.useExtension(SubjectDao.class, dao -> dao.delete("kim"));
    assertThat(openings(Openings.pseudonyms(body)))
        .extracting(Opening::person)
        .containsExactly("lee");
    assertThat(openings(0, 10)).extracting(Opening::person).containsExactly("lee");
    assertThat(openings(List.of())).isEmpty();
  }

  @Test
  void keyThatCannotBeUnwrappedOrIsAnothersProvesNothing() {
    String body = record("kim", "lee", Map.of());
    evidence.jdbi.useHandle(
        handle ->
            handle.execute(
                """
                update audit_secret set wrapped_key = set_byte(wrapped_key, 20,
                  get_byte(wrapped_key, 20) # 1) where subject_id = 'kim'
                """));
    assertThat(openings(Openings.pseudonyms(body)))
        .extracting(Opening::person)
        .containsExactly("lee");
  }

  @Test
  void rangeOpensWhomItsEntriesNameInTheOrderOfPseudonyms() {
    record("kim", "lee", Map.of());
    String second =
        record("mia", "noa", Map.of("votes", List.of(Map.of("person", new Subject.Person("ole")))));
    String quoted = Openings.pseudonyms(second).first();
    record("kim", "lee", Map.of("grantee", quoted, "with", Map.of("id", quoted)));
    long at = index(second);
    assertThat(openings(0, at + 2)).extracting(Opening::pseudonym).isSorted().hasSize(5);
    assertThat(openings(at, at + 1))
        .extracting(Opening::person)
        .containsExactlyInAnyOrder("mia", "noa", "ole");
    assertThat(openings(at + 1, at + 2))
        .extracting(Opening::person)
        .containsExactlyInAnyOrder("kim", "lee");
    assertThat(openings(at, at)).isEmpty();
  }

  private long index(String body) {
    return evidence.jdbi.withHandle(
        handle ->
            handle
                .select("select idx from audit_entry where body = ?", body)
                .mapTo(Long.class)
                .one());
  }
}
