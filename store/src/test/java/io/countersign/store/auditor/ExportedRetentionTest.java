package io.countersign.store.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.CanonicalJson;
import io.countersign.audit.KeyRing;
import io.countersign.audit.RetentionNotice;
import io.countersign.audit.SigningKey;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.verification.Tamper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.Period;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Texts miss in an export only where the key said so, and when their time was over. */
@Timeout(240)
class ExportedRetentionTest {
  private static final String NOTICES = "retention.ndjson";

  private final EvidenceLog evidence = new EvidenceLog();
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void fill() {
    evidence.growTo(600);
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  /** As the first entry of a log of its own would be old in 2040. */
  private void announce(SigningKey signer, Period keep) {
    RetentionNotice notice =
        new RetentionNotice(256, keep, Instant.parse("2040-01-02T03:04:05.678Z"));
    evidence.jdbi.useHandle(handle -> Outbox.insert(handle, notice.event(signer)));
    evidence.integrator.integrate();
  }

  private void remove(int below) {
    new Tamper(evidence.jdbi).run("update audit_entry set body = null where idx < " + below);
  }

  private ExportedFolder export() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KeyRing keys = KeyRing.of(evidence.log.keys());
    var unusedCounts =
        new AuditExport(evidence.jdbi, keys, List.of(), evidence.clock)
            .write(new ExportRange(null, null), out);
    return ExportedFolder.unpack(out.toByteArray(), Files.createTempDirectory(folder, "export"));
  }

  private String verify(ExportedFolder unpacked) throws IOException, InterruptedException {
    return unpacked.verify(evidence.key.verifierKey().toString());
  }

  @Test
  void removedTextsAreAcceptedOnlyWhereASignedEntryAllowsIt() throws Exception {
    announce(evidence.key, Period.ofYears(7));
    remove(256);
    ExportedFolder unpacked = export();
    assertThat(verify(unpacked)).startsWith("0 VALID: ").contains("256 removed; 2 bundles");

    String whole = unpacked.read(NOTICES);
    unpacked.write(NOTICES, "");
    assertThat(verify(unpacked))
        .isEqualTo("1 INVALID: entries.ndjson: entry 0 is missing, and nothing allows that");
    unpacked.write(NOTICES, whole.replaceFirst("größe 256", "größe 257"));
    assertThat(verify(unpacked))
        .isEqualTo("1 INVALID: retention.ndjson: entry 256 is not what was logged");
    remove(257);
    assertThatThrownBy(this::export)
        .isInstanceOf(DamagedLogException.class)
        .hasMessage("the body of entry 256 is missing, and no signed retention event allows it");
  }

  @Test
  void textsThatWentBeforeTheirTimeOrByAnotherKeysWordAreNotExported() {
    announce(EvidenceLog.newKey(), Period.ofYears(7));
    remove(256);
    String refused = "the body of entry 0 is missing, and no signed retention event allows it";
    assertThatThrownBy(this::export).hasMessage(refused);
    announce(evidence.key, Period.ofYears(20));
    assertThatThrownBy(this::export).hasMessage(refused);
  }

  @Test
  void strangerAsksForSignatureAndTimeThemselves() throws Exception {
    announce(evidence.key, Period.ofYears(20));
    assertThat(verify(export()))
        .isEqualTo("1 INVALID: retention.ndjson: entry 600 lets texts go whose time was not over");

    // What an exporter would write who takes everybody's word.
    announce(EvidenceLog.newKey(), Period.ofYears(7));
    ExportedFolder unpacked = export();
    String entry = evidence.log.entries(601, 602).getFirst();
    unpacked.write(NOTICES, CanonicalJson.write(Map.of("index", 601, "entry", entry)) + "\n");
    assertThat(verify(unpacked))
        .isEqualTo("1 INVALID: retention.ndjson: entry 601 allows nothing to be removed");
  }
}
