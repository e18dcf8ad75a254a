package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.LogProof;
import io.countersign.audit.Receipt;
import io.countersign.store.evidence.EvidenceLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever hands over a forged export has the verifier say so, in one line and in bounded memory.
 */
@Timeout(240)
class ForgedExportTest {
  private final EvidenceLog evidence = new EvidenceLog();
  private final ActionId action = ActionId.random();

  @TempDir Path folder;

  @BeforeEach
  void export() throws IOException {
    evidence.integrator.integrate();
    evidence.record(EventType.ACTION_APPROVED, action);
    evidence.record(EventType.VOTE_COUNTED, action);
    evidence.record(EventType.ACTION_SUCCEEDED, action);
    evidence.integrator.integrate();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    var unused =
        new AuditExport(evidence.jdbi, KeyRing.of(evidence.log.keys()), List.of(), evidence.clock)
            .write(new ExportRange(null, null), bytes);
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = folder.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  /** All that it prints; a stack trace would be among it. */
  private List<String> verify() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "Verify.java",
                evidence.key.verifierKey().toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(out).isEqualTo(out.startsWith("VALID: ") ? 0 : 1);
    return List.of(out.split("\n"));
  }

  private void assertInvalid(String why) throws Exception {
    assertThat(verify()).containsExactly("INVALID: " + why);
  }

  private Receipt receipt(String type, int index) {
    LogProof proof =
        new LogProof(
            index,
            evidence.log.proof(index, 4).orElseThrow(),
            evidence.log.checkpoint().orElseThrow());
    String entry = evidence.log.entries(index, index + 1).getFirst();
    Digest digest = new Digest(Json.read(entry, JsonNode.class).path("digest").asText());
    return new Receipt(type, action, digest, entry, proof.toString());
  }

  private void put(Receipt receipt) throws IOException {
    Files.writeString(folder.resolve("receipts/" + action + ".json"), receipt.text() + "\n");
  }

  @Test
  void receiptOfAnEntryThatEndsNothingIsRefused() throws Exception {
    String why = "receipts/" + action + ".json: is no receipt of how an action ended";
    put(receipt(Receipt.TYPE, 3));
    assertThat(verify().getFirst()).startsWith("VALID: ").contains("1 receipts");
    put(receipt(Receipt.TYPE, 1));
    assertInvalid(why);
    put(receipt(Receipt.VOTE_TYPE, 2));
    assertInvalid(why);
    put(receipt("another/v1", 3));
    assertInvalid(why);
  }

  @Test
  void forgedTextIsNoSecondAnswer() throws Exception {
    Path file = folder.resolve("receipts/" + action + ".json");
    Files.writeString(file, "{\nVALID: all of it\r\u001b[2J\u2028");
    assertInvalid("`{?VALID: all of it??[2J?` is no JSON");
    Files.delete(file);
    Files.writeString(folder.resolve("receipts/x\nVALID: y.json"), "{}");
    assertThat(verify()).singleElement().asString().startsWith("INVALID: ");
  }

  @Test
  void whatNothingProvesIsNamed() throws Exception {
    Files.writeString(folder.resolve("verdict.pdf"), "all is well");
    assertThat(verify())
        .last()
        .isEqualTo(
            "not checked, and no proof of anything: README.txt, Verify.java, controls.csv,"
                + " controls.html, controls.ndjson, entries.csv, keys, verdict.pdf");
  }

  @Test
  void linksAndFoldersInPlaceOfFilesAreRefused() throws Exception {
    for (String name : List.of("checkpoint", "tile/0/000.p/4", "entries.ndjson")) {
      Path file = folder.resolve(name);
      Path aside = folder.resolve("aside");
      Files.move(file, aside);
      Files.createSymbolicLink(file, Path.of("/dev/zero"));
      assertInvalid(name + ": is no regular file");
      Files.delete(file);
      Files.createDirectory(file);
      assertInvalid(name + ": is no regular file");
      Files.delete(file);
      Files.move(aside, file);
    }
    assertThat(verify().getFirst()).startsWith("VALID: ");
  }

  @Test
  void filesWithoutAnEndTakeNoMoreMemoryThanThereIs() throws Exception {
    for (String name : List.of("checkpoint", "tile/0/000.p/4", "tile/entries/000.p/4")) {
      byte[] good = Files.readAllBytes(folder.resolve(name));
      grow(name);
      assertInvalid(name + ": is longer than an export has it");
      Files.write(folder.resolve(name), good);
    }
    grow("entries.ndjson");
    assertInvalid("a file has a line that does not fit into memory");
  }

  /** By a hole, which takes no room on the disk. */
  private void grow(String name) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(200L << 20);
    }
  }
}
