package io.countersign.worker;

import static io.countersign.worker.PlantedPerson.ID;
import static io.countersign.worker.PlantedPerson.KIM;
import static io.countersign.worker.PlantedPerson.MARK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.Verification;
import io.countersign.store.custody.LegalHolds;
import io.countersign.store.custody.Shredding;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import io.countersign.worker.ApiClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person did everything that people can do here, and is forgotten. */
@Timeout(240)
class ShreddingStoryTest {
  /** Where the person's id, name or words stand before. A new place belongs into this list. */
  private static final Set<String> BEFORE =
      Set.of(
          "action.error",
          "action.facts",
          "action.idempotency_key",
          "action.on_behalf_of",
          "action.packet",
          "action.parties",
          "action.reason",
          "action.requester_id",
          "action.ticket",
          "agent_owner.person_id",
          "audit_hold.reason",
          "audit_hold.subject",
          "audit_secret.subject_id",
          "ballot.person_id",
          "ballot.reason",
          "person.display_name",
          "person.id",
          "preview.question",
          "reconciliation.decided_by",
          "reconciliation.reason",
          "slack_link.person_id",
          "slack_link.user_id",
          "slack_link_code.user_id",
          "web_session.person_id");

  /** What was to run is the record of the target, not of a person; it may name anybody. */
  private static final String SQL_STAYS = "action.arguments";

  /** By it an agent's repeat is known, which must not run a second time. */
  private static final String AGENTS_KEY_STAYS = "action.idempotency_key";

  /** Groups are the organisation's; policies are tried against old facts. */
  private static final Set<String> GROUPS_STAY = Set.of("action.facts", "action.requester_groups");

  private final ShreddingStage stage = ShreddingStage.start();
  private final Shredding shredding = new Shredding(stage.jdbi(), Clock.systemUTC());
  @TempDir private Path folder = Path.of("");

  ShreddingStoryTest() throws Exception {}

  @AfterEach
  void close() throws Exception {
    stage.close();
  }

  @Test
  void nothingOfThePersonIsLeftAndTheEvidenceHolds() throws Exception {
    Instant from = Instant.now();
    List<Answer> played = stage.play();
    List<String> before = receipts(played);
    LegalHolds holds = new LegalHolds(stage.jdbi(), Clock.systemUTC());
    holds.place(LegalHolds.Scope.PERSON, ID, "case of " + MARK);
    assertThat(places(MARK)).isEqualTo(BEFORE);
    assertThat(shredding.shred(ID)).contains("a legal hold concerns this person: person");
    holds.release(LegalHolds.Scope.PERSON, ID);

    assertThat(shredding.shred(ID)).isEmpty();

    assertThat(places(MARK)).isEmpty();
    assertThat(places(ShreddingStage.SQL)).containsExactly(SQL_STAYS);
    assertThat(places(ShreddingStage.KEY)).containsExactly(AGENTS_KEY_STAYS);
    assertThat(places(PlantedPerson.GROUP)).isEqualTo(GROUPS_STAY);
    assertThat(new AuditVerify(stage.jdbi(), List.of(stage.key())).verify())
        .isInstanceOf(AuditReport.Intact.class);
    assertThat(receipts(played)).hasSameSizeAs(before).allSatisfy(this::assertValid);
    assertThat(before).allSatisfy(this::assertValid);
    assertExportIsValid(from);
    played.forEach(this::assertReadable);
    assertThat(stage.logs()).isNotEmpty().noneMatch(ShreddingStoryTest::isMarked);
  }

  @Test
  void openActionComesToItsEndFirst() {
    Answer open = stage.submitted();
    assertThat(shredding.shred(ID).orElseThrow()).contains(open.id() + " is open");
    stage.api().post(KIM, "/v1/actions/" + open.id() + "/cancel", "");
    assertThat(shredding.shred(ID)).isEmpty();
    assertThat(places(MARK)).isEmpty();
  }

  private Set<String> places(String text) {
    return PlacesOfText.of(stage.jdbi(), text);
  }

  private List<String> receipts(List<Answer> actions) {
    return actions.stream()
        .map(action -> stage.api().get("dave", "/v1/actions/" + action.id() + "/receipt"))
        .map(
            receipt -> {
              assertThat(receipt.http()).as(receipt.text()).isEqualTo(200);
              return receipt.text();
            })
        .toList();
  }

  private void assertValid(String receipt) {
    assertThat(ReceiptVerifier.verify(receipt.getBytes(UTF_8), List.of(stage.key())))
        .isInstanceOf(Verification.Valid.class);
    assertThat(isMarked(receipt)).isFalse();
  }

  private void assertExportIsValid(Instant from) throws Exception {
    assertThat(UnpackedExport.of(stage.api(), "from=" + from, folder).verify()).startsWith("VALID");
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).noneMatch(ShreddingStoryTest::isMarkedFile);
    }
  }

  /** People still find the action and its story, and the person in none of it. */
  private void assertReadable(Answer action) {
    String path = "/v1/actions/" + action.id();
    for (String each : List.of(path, path + "/events")) {
      Answer now = stage.api().get("dave", each);
      assertThat(now.http()).as(now.text()).isEqualTo(200);
      assertThat(isMarked(now.text())).as(now.text()).isFalse();
    }
    Answer packet = stage.api().get("dave", path + "/packet");
    assertThat(packet.http()).as(packet.text()).isIn(200, 404);
    assertThat(isMarked(packet.text())).as(packet.text()).isFalse();
    assertThat(stage.api().get("dave", path).status()).isEqualTo(action.status());
  }

  private static boolean isMarkedFile(Path file) {
    try {
      return isMarked(new String(Files.readAllBytes(file), UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isMarked(String text) {
    return text.toLowerCase(Locale.ROOT).contains(MARK);
  }
}
