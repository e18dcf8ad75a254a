package io.countersign.store.verification;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.audit.AnchorText;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.AnchorSource;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.PastedAnchor;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.integration.Integrator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A superuser leaves a log that agrees with itself; what the verifier says beside an anchor. */
class VerifyAnchorsTest {
  private static final List<String> TABLES =
      List.of("audit_entry", "audit_tile", "audit_head", "audit_checkpoint");

  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);
  @TempDir private Path folder = Path.of("");

  // Checkpoints of size 1, 4, 7, 10 and 13, all anchored.
  @BeforeEach
  void fill() throws AnchorException {
    try (Integrator integrator = anchored()) {
      fill(integrator, 1);
      tamper.run("create table middle as table audit_head");
      fill(integrator, 3);
    }
    assertSays("VALID: 13 entries, 5 checkpoints, 0 waiting, 5 anchored");
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private Integrator anchored() throws AnchorException {
    Anchors anchors = Anchors.open(List.of(file()), evidence.jdbi, evidence.log.keys());
    return new Integrator(evidence.jdbi, evidence.key, anchors, evidence.clock);
  }

  private void fill(Integrator integrator, int batches) {
    integrator.integrate();
    for (int batch = 0; batch < batches; batch++) {
      for (int i = 0; i < 3; i++) {
        evidence.record(EventType.VOTE_COUNTED, ActionId.random());
      }
      integrator.integrate();
    }
  }

  private Path file() {
    return folder.resolve("checkpoints");
  }

  private Path proof() {
    return folder.resolve("proof");
  }

  private String verify(AnchorSource... anchors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<VerifierKey> keys = evidence.log.keys();
    int code =
        new AuditVerify(evidence.jdbi, KeyRing.of(keys), List.of(anchors))
            .run(new PrintStream(out, true, UTF_8), proof());
    String said = out.toString(UTF_8).strip();
    assertThat(code).isEqualTo(said.startsWith("VALID") ? 0 : 1);
    return said.replace(folder + "/", "");
  }

  private void assertSays(String expected) {
    assertThat(verify(Anchors.sources(List.of(file())).getFirst())).isEqualTo(expected);
  }

  /** As it is seen by who has the database alone. */
  private void assertWholeInItself() {
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
  }

  private void cutTo(int size, String frontier) {
    tamper.run(
        """
        delete from audit_entry where idx >= %1$d;
        delete from audit_checkpoint where size > %1$d;
        update audit_tile set hashes = substr(hashes, 1, 32 * %1$d);
        update audit_head set size = %1$d, frontier = (%2$s)
        """
            .formatted(size, frontier));
  }

  private void empty() {
    tamper.run(
        """
        delete from audit_entry; delete from audit_tile; delete from audit_checkpoint;
        update audit_head set size = 0, frontier = ''
        """);
  }

  /** Whoever stole the key writes another history from that size on. */
  private void rewrite(int batches) {
    try (Integrator thief = new Integrator(evidence.jdbi, evidence.key, evidence.clock)) {
      fill(thief, batches);
    }
  }

  @Test
  void logTruncatedToAnOlderCheckpoint() {
    cutTo(1, "select leaf_hash from audit_entry where idx = 0");
    assertWholeInItself();
    assertSays(
        "INVALID: record 2 of the anchor `checkpoints` saw 4 entries, the log holds 1:"
            + " the database is older than its anchor");
  }

  @Test
  void oldBackupRestored() throws AnchorException {
    TABLES.forEach(table -> tamper.run("create table old_%s as table %s".formatted(table, table)));
    try (Integrator integrator = anchored()) {
      fill(integrator, 2);
    }
    TABLES.forEach(
        table ->
            tamper.run(
                "delete from %s; insert into %s select * from old_%s"
                    .formatted(table, table, table)));
    assertWholeInItself();
    assertSays(
        "INVALID: record 6 of the anchor `checkpoints` saw 16 entries, the log holds 13:"
            + " the database is older than its anchor");
  }

  @Test
  void logEmptied() {
    empty();
    assertWholeInItself();
    assertSays(
        "INVALID: record 1 of the anchor `checkpoints` saw 1 entries, the log holds 0:"
            + " the database is older than its anchor");
  }

  @Test
  void wholeTableSignedAgainWithTheStolenKey() {
    empty();
    evidence.clock.advance(java.time.Duration.ofDays(1));
    rewrite(4);
    assertWholeInItself();
    assertSays(
        """
        INVALID: record 1 of the anchor `checkpoints` saw other entries than the log's checkpoint \
        of the same size 1: the first that differs is between entry 0 and 0
        both signed checkpoints are kept in `proof`""");
  }

  @Test
  void pastRewrittenFromTheMiddleWithTheStolenKey() {
    cutTo(4, "select frontier from middle");
    rewrite(4);
    assertWholeInItself();
    assertSays(
        """
        INVALID: record 3 of the anchor `checkpoints` saw other entries than the log's checkpoint \
        of the same size 7: the first that differs is between entry 4 and 6
        both signed checkpoints are kept in `proof`""");
  }

  @Test
  void olderRecordIsHeldAgainstTheLogToo() throws Exception {
    Checkpoint other = new Checkpoint(EvidenceLog.ORIGIN, 6, TreeHash.leaf("x"));
    String text = Files.readString(file());
    Files.writeString(file(), AnchorText.record(other.sign(evidence.key)) + text);
    assertSays(
        "INVALID: record 1 of the anchor `checkpoints` saw other entries:"
            + " the first that differs is between entry 4 and 5");
    assertThat(proof()).doesNotExist();
  }

  @Test
  void twoCheckpointsOfOneSizeAreKeptAsProof() throws Exception {
    String forged = new Checkpoint(EvidenceLog.ORIGIN, 7, TreeHash.leaf("x")).sign(evidence.key);
    add(AnchorText.record(forged));
    assertThat(verify(Anchors.sources(List.of(file())).getFirst()).lines())
        .containsExactly(
            "INVALID: record 3 of the anchor `checkpoints` and record 6 of the anchor `checkpoints`"
                + " are signed for the same size 7, with different roots",
            "also: record 6 of the anchor `checkpoints` saw other entries than the log's checkpoint"
                + " of the same size 7: the first that differs is between entry 4 and 6",
            "both signed checkpoints are kept in `proof`");
    String genuine = stored(7);
    assertThat(Files.readString(proof()))
        .isEqualTo(AnchorText.record(genuine) + AnchorText.record(forged));
    for (String note : List.of(genuine, forged)) {
      assertThat(Checkpoint.open(note, evidence.log.keys()).size()).isEqualTo(7);
    }
  }

  @Test
  void anotherProofIsNotOverwritten() throws Exception {
    Files.writeString(proof(), "of another day");
    add(
        AnchorText.record(
            new Checkpoint(EvidenceLog.ORIGIN, 7, TreeHash.leaf("x")).sign(evidence.key)));
    assertThat(verify(Anchors.sources(List.of(file())).getFirst()))
        .contains("cannot write `proof`, so here are both signed checkpoints:");
    assertThat(proof()).hasContent("of another day");
  }

  @Test
  void droppedCheckpointRowLosesNothing() {
    tamper.run("delete from audit_checkpoint where size = 7");
    assertSays("VALID: 13 entries, 4 checkpoints, 0 waiting, 5 anchored");
  }

  @Test
  void recordOfAnotherKey() throws Exception {
    add(
        AnchorText.record(
            new Checkpoint(EvidenceLog.ORIGIN, 13, TreeHash.leaf("x")).sign(EvidenceLog.newKey())));
    assertSays(
        "INVALID: record 6 of the anchor `checkpoints` is no checkpoint of this log:"
            + " no known key signed this");
  }

  @Test
  void missingAnchor() throws IOException {
    Files.delete(file());
    assertSays("INVALID: the anchor `checkpoints` does not exist");
    Files.createDirectory(file());
    assertSays("INVALID: the anchor `checkpoints` cannot be read");
  }

  @Test
  void damagedLogIsToldFirstAndItsAnchorsToo() {
    empty();
    evidence.clock.advance(java.time.Duration.ofDays(1));
    rewrite(4);
    tamper.run("delete from audit_entry where idx = 6");
    assertThat(verify(Anchors.sources(List.of(file())).getFirst()).lines())
        .startsWith("INVALID: entry 6 is missing")
        .anySatisfy(line -> assertThat(line).startsWith("also: record 1 of the anchor"));
  }

  @Test
  void checkpointsCopiedOutOfAChatAreAnAnchor() throws Exception {
    Path pasted = folder.resolve("pasted");
    PastedAnchor anchor = new PastedAnchor(pasted, EvidenceLog.ORIGIN);
    Files.writeString(
        pasted,
        "Countersign APP  3:14 PM\n```\n%s```\n:+1: 2\nlater\n```\n%s\n```\n"
            .formatted(stored(4), stored(10)));
    assertThat(verify(anchor)).isEqualTo("VALID: 13 entries, 5 checkpoints, 0 waiting, 2 anchored");
    empty();
    assertThat(verify(anchor))
        .isEqualTo(
            "INVALID: record 1 of the anchor `pasted` saw 4 entries, the log holds 0:"
                + " the database is older than its anchor");
    Files.writeString(pasted, "nothing of use");
    assertThat(verify(anchor))
        .isEqualTo(
            "INVALID: `pasted` holds no checkpoint of `countersign.example/audit`;"
                + " expected signed notes, copied whole");
  }

  private String stored(long size) {
    return evidence
        .jdbi
        .withExtension(AuditDao.class, dao -> dao.checkpointsAfter(size - 1, 1))
        .getFirst()
        .note();
  }

  private void add(String text) throws IOException {
    Files.writeString(file(), text, StandardOpenOption.APPEND);
  }
}
