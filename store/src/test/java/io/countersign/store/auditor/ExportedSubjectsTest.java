package io.countersign.store.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Pseudonym;
import io.countersign.audit.Subject;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file of an export that says who its people are, and what a stranger finds wrong with it. */
@Timeout(240)
class ExportedSubjectsTest {
  private static final String FILE = "subjects.ndjson";
  private static final String ODD = "zoë \"z\"\n\uD83D\uDE00?";

  private final EvidenceLog evidence = new EvidenceLog();
  @TempDir Path folder;

  @BeforeEach
  void record() {
    record("kim", "lee", ODD, "2026-01-02T03:04:05Z");
    record("mia", "lee", "ole", "2026-01-03T03:04:05Z");
    evidence.integrator.integrate();
    evidence.clock.advance(Duration.ofDays(3));
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private void record(String actor, String behalf, String voter, String at) {
    Event event =
        new Event(
            Instant.parse(at),
            EventType.ACTION_APPROVED,
            ActionId.random(),
            1,
            Digest.sha256(actor),
            null,
            new Event.Actor("person", actor, "api"),
            behalf,
            Event.Effect.CHANGED,
            null,
            null,
            Map.of("votes", List.of(Map.of("person", new Subject.Person(voter)))));
    evidence.jdbi.useHandle(handle -> Outbox.insert(handle, event));
  }

  private ExportedFolder export(boolean named, @Nullable String from) throws IOException {
    AuditExport export =
        new AuditExport(evidence.jdbi, KeyRing.of(evidence.log.keys()), List.of(), evidence.clock);
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    ExportRange range = ExportRange.parse(from, null);
    AuditExport.Exported exported = (named ? export.withSubjects() : export).write(range, zip);
    Path target = Files.createTempDirectory(folder, "unpacked");
    ExportedFolder unpacked = ExportedFolder.unpack(zip.toByteArray(), target);
    assertThat(exported.people()).isEqualTo(named ? lines(unpacked).size() : 0);
    return unpacked;
  }

  private static List<String> lines(ExportedFolder unpacked) throws IOException {
    return unpacked.read(FILE).lines().toList();
  }

  private String verify(ExportedFolder unpacked) throws IOException, InterruptedException {
    return unpacked.verify(evidence.key.verifierKey().toString());
  }

  @Test
  void everyoneWhomTheEntriesNameIsProven() throws Exception {
    ExportedFolder unpacked = export(true, null);
    assertThat(verify(unpacked))
        .startsWith("0 VALID: ")
        .endsWith(" checkpoints and anchors, 5 people");
    List<String> pseudonyms =
        lines(unpacked).stream()
            .map(line -> Json.read(line, JsonNode.class).path("pseudonym").asText())
            .toList();
    assertThat(pseudonyms).isSorted().allMatch(Pseudonym::isWellFormed);
    for (String line : lines(unpacked)) {
      JsonNode row = Json.read(line, JsonNode.class);
      byte[] key = Base64.getUrlDecoder().decode(row.path("key").asText());
      assertThat(Pseudonym.of(key, row.path("person").asText()))
          .isEqualTo(row.path("pseudonym").asText());
      assertThat(line).isEqualTo(Json.write(row));
    }
    assertThat(people(unpacked)).isEqualTo("kim,lee,mia,ole," + ODD);
  }

  private static String people(ExportedFolder unpacked) throws IOException {
    return lines(unpacked).stream()
        .map(line -> Json.read(line, JsonNode.class).path("person").asText())
        .sorted()
        .collect(Collectors.joining(","));
  }

  @Test
  void withoutTheOptionTheExportNamesNobody() throws Exception {
    ExportedFolder unpacked = export(false, null);
    assertThat(unpacked.path().resolve(FILE)).doesNotExist();
    assertThat(verify(unpacked)).startsWith("0 VALID: ").endsWith(" checkpoints and anchors");
    assertThat(unpacked.read("entries.ndjson")).contains("sub_").doesNotContain("kim");
  }

  @Test
  void onlyThePeopleOfTheRangeAreNamedAndNobodyWhoWasShredded() throws Exception {
    ExportedFolder later = export(true, "2026-01-03");
    assertThat(people(later)).isEqualTo("lee,mia,ole");
    assertThat(verify(later)).endsWith(", 3 people");
    evidence.jdbi.useHandle(
        handle -> handle.execute("delete from audit_secret where subject_id in ('lee', 'mia')"));
    ExportedFolder shredded = export(true, "2026-01-03");
    assertThat(people(shredded)).isEqualTo("ole");
    assertThat(verify(shredded)).endsWith(", 1 people");
    evidence.jdbi.useHandle(handle -> handle.execute("delete from audit_secret"));
    ExportedFolder nobody = export(true, null);
    assertThat(verify(nobody)).endsWith(", 0 people");
  }

  @Test
  void everyWrongOpeningIsRefused() throws Exception {
    ExportedFolder whole = export(true, null);
    String text = whole.read(FILE);
    List<String> lines = text.lines().toList();
    String first = lines.getFirst();
    String pseudonym = Json.read(first, JsonNode.class).path("pseudonym").asText();
    String key = Json.read(first, JsonNode.class).path("key").asText();
    String another = Json.read(lines.get(1), JsonNode.class).path("key").asText();
    String other = "INVALID: subjects.ndjson: key and person give another pseudonym than ";
    assertThat(refused(whole, text.replace("\"kim\"", "\"kin\""))).startsWith(other);
    assertThat(refused(whole, text.replace(key, another))).isEqualTo(other + pseudonym);
    assertThat(refused(whole, text.replace("?\"", "\\ud800\"")))
        .startsWith("INVALID: subjects.ndjson: the person of sub_")
        .endsWith(" is no text");
    String form = "INVALID: subjects.ndjson: the key of %s is not 32 bytes in base64url";
    assertThat(refused(whole, text.replace(key, key + "="))).isEqualTo(form.formatted(pseudonym));
    assertThat(refused(whole, text.replace(key, key.substring(0, 42) + "_")))
        .isEqualTo(form.formatted(pseudonym));
    assertThat(refused(whole, text.replace(key, padded(key)))).isEqualTo(form.formatted(pseudonym));
    assertThat(refused(whole, text + first + "\n")).endsWith(pseudonym + " is out of order");
    assertThat(refused(whole, text.replace("\"person\"", "\"name\"")))
        .isEqualTo("INVALID: subjects.ndjson: expected key, person and pseudonym");
    assertThat(refused(whole, text.replace("\"kim\"", "1")))
        .isEqualTo("INVALID: subjects.ndjson: expected key, person and pseudonym");
    assertThat(refused(whole, text.replaceFirst("sub_", "sub-"))).endsWith("` is no pseudonym");
    assertThat(refused(whole, text + "\n")).startsWith("INVALID: ");
  }

  @Test
  void personWhomNoEntryNamesIsRefused() throws Exception {
    ExportedFolder whole = export(true, null);
    ExportedFolder later = export(true, "2026-01-03");
    String answer = refused(later, whole.read(FILE));
    assertThat(answer).matches("INVALID: subjects.ndjson: sub_\\S+ is nobody whom an entry names");
  }

  /** The same to HMAC, and one byte longer. */
  private static String padded(String key) {
    byte[] bytes = Arrays.copyOf(Base64.getUrlDecoder().decode(key), 33);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private String refused(ExportedFolder unpacked, String text) throws Exception {
    String before = unpacked.read(FILE);
    assertThat(text).isNotEqualTo(before);
    unpacked.write(FILE, text);
    String said = verify(unpacked);
    unpacked.write(FILE, before);
    assertThat(said).startsWith("1 ");
    return said.substring(2);
  }
}
