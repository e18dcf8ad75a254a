package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.AnchorText;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.anchor.PastedAnchor;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.verification.Tamper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger finds out with a JDK, the key, and nothing else: each run is a process. */
@Timeout(240)
class AuditExportTest {
  private static final int SIZE = 600;

  private final EvidenceLog evidence = new EvidenceLog();
  private final ActionId action = ActionId.random();

  @TempDir Path folder;
  private Path anchor;
  private Path unpacked;

  @BeforeEach
  void export() throws IOException {
    evidence.fill(2, 3);
    evidence.record(EventType.ACTION_SUCCEEDED, action);
    evidence.growTo(SIZE);
    anchor = folder.resolve("anchor");
    Files.writeString(anchor, AnchorText.record(newest()));
    unpacked = unpack(new ExportRange(null, null));
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private String newest() {
    return evidence.log.checkpoint().orElseThrow();
  }

  private byte[] zip(ExportRange range) throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    List<AnchorSource> anchors = List.of(new PastedAnchor(anchor, EvidenceLog.ORIGIN));
    KeyRing keys = KeyRing.of(evidence.log.keys());
    var unused = new AuditExport(evidence.jdbi, keys, anchors, evidence.clock).write(range, zip);
    return zip.toByteArray();
  }

  private Path unpack(ExportRange range) throws IOException {
    Path target = Files.createTempDirectory(folder, "unpacked");
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(zip(range)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = target.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
    return target;
  }

  private String verify(String... keys) {
    return verify(Path.of(System.getProperty("java.home"), "bin", "java"), keys);
  }

  /** What the verifier prints; nothing goes to the other stream. */
  private String verify(Path java, String... keys) {
    List<String> command = new ArrayList<>(List.of(java.toString(), "Verify.java"));
    command.addAll(
        keys.length > 0 ? List.of(keys) : List.of(evidence.key.verifierKey().toString()));
    try {
      Process process = new ProcessBuilder(command).directory(unpacked.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      String trouble = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(trouble).isEmpty();
      assertThat(process.waitFor()).isEqualTo(out.startsWith("VALID: ") ? 0 : 1);
      return out;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void change(String name, UnaryOperator<String> change) throws IOException {
    Path file = unpacked.resolve(name);
    String before = Files.readString(file);
    String after = change.apply(before);
    assertThat(after).as("the change does something").isNotEqualTo(before);
    Files.writeString(file, after);
  }

  private void flip(String name, int at) throws IOException {
    Path file = unpacked.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  private static String without(String text, int line) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    lines.remove(line);
    return String.join("\n", lines) + "\n";
  }

  @Test
  void wholeExportIsValidAndNothingButTheKeyIsNeeded() throws IOException {
    assertThat(verify())
        .isEqualTo(
            ("VALID: %s, entries from 0 and before %d of %d, 0 removed; "
                    + "3 bundles, 1 receipts, %d checkpoints and anchors\n"
                    + "not checked, and no proof of anything: README.txt, Verify.java,"
                    + " controls.csv, controls.html, controls.ndjson, entries.csv, keys")
                .formatted(EvidenceLog.ORIGIN, SIZE, SIZE, records()));
    assertThat(unpacked.resolve("receipts/" + action + ".json")).exists();
    assertThat(unpacked.resolve("controls.html")).content().contains("<h1>Controls</h1>");
    assertThat(unpacked.resolve("entries.csv")).content().contains("größe", "action.succeeded");
  }

  private long records() throws IOException {
    try (Stream<String> lines = Files.lines(unpacked.resolve("checkpoints.txt"))) {
      return lines.filter(line -> line.startsWith("\u2014 ")).count() + 1;
    }
  }

  @Test
  void verifierIsOfJava17() throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int outcome =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "--release",
                "17",
                "-Werror",
                "-Xlint:all,-serial",
                "-d",
                classes.toString(),
                unpacked.resolve("Verify.java").toString());

    assertThat(outcome).isZero();
    Path older = Path.of("/usr/lib/jvm/java-17-openjdk-amd64/bin/java");
    if (Files.exists(older)) {
      assertThat(verify(older)).startsWith("VALID: ");
    }
  }

  @Test
  void everyKindOfChangedEntryIsRefused() throws IOException {
    Path whole = unpacked;
    again(whole);
    change("entries.ndjson", text -> text.replaceFirst("größe 300", "große 300"));
    assertThat(verify()).matches("INVALID: entries.ndjson: entry 3\\d\\d is not what was logged");

    again(whole);
    change("entries.ndjson", text -> without(text, 5));
    assertThat(verify()).isEqualTo("INVALID: entries.ndjson: expected entry 5, found 6");

    again(whole);
    change("entries.ndjson", text -> without(text, SIZE - 1));
    assertThat(verify()).isEqualTo("INVALID: entries.ndjson: ends before entry " + (SIZE - 1));

    again(whole);
    change(
        "entries.ndjson",
        text ->
            text.lines().skip(1).reduce("{\"index\":0,\"removed\":true}", (a, b) -> a + "\n" + b));
    assertThat(verify())
        .isEqualTo("INVALID: entries.ndjson: entry 0 is missing, and nothing allows that");

    again(whole);
    change("entries.ndjson", text -> "x" + text);
    assertThat(verify()).startsWith("INVALID: JSON: `x{").endsWith("is no number");

    again(whole);
    flip("tile/entries/001", 40);
    assertThat(verify()).startsWith("INVALID: tile/entries/001: entry 256 is not what was logged");

    again(whole);
    Files.writeString(unpacked.resolve("retention.ndjson"), line(whole, 3));
    assertThat(verify()).startsWith("INVALID: ");
  }

  private static String line(Path whole, int number) throws IOException {
    return Files.readAllLines(whole.resolve("entries.ndjson")).get(number) + "\n";
  }

  /** A fresh copy of what was exported. */
  private void again(Path whole) throws IOException {
    Path copy = Files.createTempDirectory(folder, "copy");
    try (Stream<Path> files = Files.walk(whole)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(whole.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    unpacked = copy;
  }

  @Test
  void everyKindOfChangedTreeIsRefused() throws IOException {
    Path whole = unpacked;
    again(whole);
    flip("tile/0/002.p/" + (SIZE - 512), 7);
    assertThat(verify())
        .matches(
            "INVALID: .*(a signed checkpoint of size \\d+ saw other entries than the log has"
                + "|the hashes do not lead to the signed root)");

    again(whole);
    flip("tile/1/000.p/2", 7);
    assertThat(verify()).isEqualTo("INVALID: tile/1/000.p/2: is not what the tiles below lead to");

    again(whole);
    Files.delete(unpacked.resolve("tile/0/001"));
    assertThat(verify()).isEqualTo("INVALID: cannot be read: tile/0/001");

    again(whole);
    change("checkpoint", text -> text.replace("\n" + SIZE + "\n", "\n" + (SIZE - 1) + "\n"));
    assertThat(verify()).isEqualTo("INVALID: checkpoint: the signature is wrong");

    again(whole);
    assertThat(verify(EvidenceLog.newKey().verifierKey().toString()))
        .isEqualTo("INVALID: checkpoint: none of the keys you gave signed it");
    assertThat(verify(evidence.key.verifierKey() + " until " + (SIZE - 1)))
        .isEqualTo("INVALID: checkpoint: its key was retired before");
    assertThat(verify("countersign.example/audit+00000000+AAAA")).startsWith("INVALID: the key");
  }

  @Test
  void everyKindOfAnchorThatSawAnotherLogIsFound() throws IOException {
    Path whole = unpacked;
    again(whole);
    String shorter = "INVALID: anchors/1.txt, record 2: ";
    change("anchors/1.txt", text -> text + AnchorText.record(signed(SIZE + 1, evidence.key)));
    assertThat(verify())
        .isEqualTo(
            shorter + "a signed checkpoint of size 601 saw more entries than the log's " + SIZE);

    again(whole);
    change("anchors/1.txt", text -> text + AnchorText.record(signed(5, evidence.key)));
    assertThat(verify())
        .isEqualTo(shorter + "a signed checkpoint of size 5 saw other entries than the log has");

    again(whole);
    change("anchors/1.txt", text -> text + AnchorText.record(signed(5, EvidenceLog.newKey())));
    assertThat(verify()).isEqualTo(shorter + "none of the keys you gave signed it");

    again(whole);
    change("anchors/1.txt", text -> text + "half a record");
    assertThat(verify()).isEqualTo("INVALID: anchors/1.txt ends within a record");

    again(whole);
    change("checkpoints.txt", text -> AnchorText.record(signed(7, evidence.key)) + text);
    assertThat(verify()).startsWith("INVALID: checkpoints.txt, record 1: a signed checkpoint");
  }

  private static String signed(long size, SigningKey key) {
    TreeHash root = TreeHash.leaf("another log".getBytes(UTF_8));
    return new Checkpoint(EvidenceLog.ORIGIN, size, root).sign(key);
  }

  @Test
  void everyKindOfChangedReceiptIsRefused() throws IOException {
    Path whole = unpacked;
    again(whole);
    String name = "receipts/" + action + ".json";
    change(name, text -> text.replace("größe", "große"));
    assertThat(verify()).startsWith("INVALID: " + name).endsWith("is not what was logged");

    again(whole);
    change(name, text -> text.replaceFirst("(\"action_digest\":\"sha256:).", "$1x"));
    assertThat(verify()).isEqualTo("INVALID: " + name + ": its digest differs");

    again(whole);
    Files.move(unpacked.resolve(name), unpacked.resolve("receipts/" + ActionId.random() + ".json"));
    assertThat(verify()).endsWith(": is of another action");

    again(whole);
    change(name, text -> text.replaceFirst("(index \\d+\\\\n)[^\\\\]{44}\\\\n", "$1"));
    assertThat(verify()).startsWith("INVALID: " + name + ": the proof ");

    again(whole);
    change(name, text -> "[".repeat(100_000));
    assertThat(verify()).isEqualTo("INVALID: a file has a form that no export has");
  }

  @Test
  void rangeHoldsItsEntriesAndTheWholeTree() throws IOException {
    Instant later = evidence.clock.instant().plusSeconds(3_600);
    evidence.clock.advance(Duration.ofHours(2));
    evidence.integrator.integrate();
    Files.writeString(anchor, AnchorText.record(newest()));
    unpacked = unpack(new ExportRange(later, null));

    assertThat(verify()).contains("entries from 600 and before 601 of 601", "1 bundles");
    unpacked = unpack(new ExportRange(null, later));
    assertThat(verify()).contains("entries from 0 and before 600 of 601", "3 bundles");
    unpacked = unpack(new ExportRange(later.plusSeconds(36_000), null));
    assertThat(verify()).contains("entries from 601 and before 601 of 601", "0 bundles");
  }

  @Test
  void entryThatIsLongerThanABundleAllowsIsExportedAllTheSame() throws IOException {
    evidence.jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into audit_outbox (event_id, type, occurred_at, body)
                values (gen_random_uuid(), 'vote.late', timestamptz '2026-01-02T03:04:05Z',
                '{"actor":{"id":"countersign","type":"system"},"at":"2026-01-02T03:04:05Z",'
                || '"effect":"none","note":"' || repeat('x', 65536)
                || '","type":"vote.late","v":1}')
                """));
    evidence.integrator.integrate();
    unpacked = unpack(new ExportRange(null, null));

    assertThat(verify()).contains("before 601 of 601, 0 removed; 2 bundles");
    assertThat(unpacked.resolve("tile/entries/002.p/89")).doesNotExist();
  }

  @Test
  void damagedLogIsNotExportedAndWhatWasWrittenIsNoZip() {
    new Tamper(evidence.jdbi)
        .run("update audit_entry set body = replace(body, 'größe 400', 'groß 400')");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AuditExport export =
        new AuditExport(evidence.jdbi, KeyRing.of(evidence.log.keys()), List.of(), evidence.clock);

    assertThatThrownBy(() -> export.write(new ExportRange(null, null), out))
        .isInstanceOf(DamagedLogException.class)
        .hasMessageContaining("is not the one that was logged here");
    assertThat(out.toString(UTF_8)).doesNotContain("PK\u0005\u0006");
    new Tamper(evidence.jdbi).run("update audit_checkpoint set note = replace(note, '6', '7')");
    assertThatThrownBy(() -> export.write(new ExportRange(null, null), out))
        .isInstanceOf(DamagedLogException.class)
        .hasMessage("the log's newest checkpoint is not signed by its keys");
    assertThat(evidence.jdbi.withExtension(AuditDao.class, AuditDao::lastIndex))
        .contains(SIZE - 1L);
  }
}
