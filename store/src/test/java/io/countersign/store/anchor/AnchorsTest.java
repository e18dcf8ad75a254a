package io.countersign.store.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.AnchorText;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.TreeHash;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.integration.Integrator;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.Tamper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file outside of the control database tells when the log is not what it was. */
class AnchorsTest {
  private static final List<String> TABLES =
      List.of("audit_entry", "audit_tile", "audit_head", "audit_checkpoint");

  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);
  @TempDir private Path folder = Path.of("");

  @AfterEach
  void close() {
    evidence.close();
  }

  private Path file() {
    return folder.resolve("checkpoints");
  }

  private Anchors open() throws AnchorException {
    return Anchors.open(List.of(file()), evidence.jdbi, evidence.log.keys());
  }

  private Integrator integrator(Anchors anchors) {
    return new Integrator(evidence.jdbi, evidence.key, anchors, evidence.clock);
  }

  /** A heartbeat, then that many batches of three events. */
  private Anchors anchored(int batches) throws AnchorException {
    Anchors anchors = open();
    fill(integrator(anchors), batches);
    return anchors;
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

  private void assertRefused(String why) {
    assertThatThrownBy(this::open)
        .isInstanceOf(AnchorException.class)
        .hasMessage(why.replace("FILE", "`" + file() + "`"));
  }

  private void backUp() {
    TABLES.forEach(table -> tamper.run("create table old_%s as table %s".formatted(table, table)));
  }

  private void restore() {
    TABLES.forEach(
        table ->
            tamper.run(
                "delete from %s; insert into %s select * from old_%s"
                    .formatted(table, table, table)));
  }

  /** As a new database has it. */
  private void empty() {
    tamper.run(
        """
        delete from audit_entry; delete from audit_tile; delete from audit_checkpoint;
        update audit_head set size = 0, frontier = ''
        """);
  }

  @Test
  void everyCheckpointStandsInTheFileAsItWasSigned() throws Exception {
    anchored(3);
    List<String> notes =
        evidence.jdbi.withExtension(AuditDao.class, dao -> dao.checkpointsAfter(0, 100)).stream()
            .map(AuditDao.StoredCheckpoint::note)
            .toList();
    assertThat(notes).hasSize(4);
    assertThat(Files.readString(file()))
        .isEqualTo(String.join("", notes.stream().map(note -> note + "\n").toList()));
  }

  @Test
  void processThatStartsAgainAddsNothingTwice() throws Exception {
    anchored(2);
    String before = Files.readString(file());
    Anchors again = open();
    assertThat(again.newest()).isEqualTo(7);
    integrator(again).integrate();
    assertThat(Files.readString(file())).isEqualTo(before);
    fill(integrator(again), 1);
    assertThat(Files.readString(file())).startsWith(before);
    assertThat(open().newest()).isEqualTo(10);
  }

  @Test
  void restoredBackupIsRefused() throws Exception {
    Anchors running = anchored(1);
    backUp();
    fill(integrator(running), 12);
    restore();
    assertThat(evidence.verify())
        .as("it agrees with itself")
        .isInstanceOf(AuditReport.Intact.class);
    assertRefused(
        "the log holds 4 entries, but the anchor FILE saw 40: "
            + "the database is older than its anchor");
  }

  @Test
  void restoredBackupIsNoticedBeforeARunningProcessSignsOnTopOfIt() throws Exception {
    Anchors running = anchored(1);
    backUp();
    fill(integrator(running), 1);
    restore();
    AtomicInteger alarms = new AtomicInteger();
    running.onDisagreement(alarms::incrementAndGet);
    String before = Files.readString(file());
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> fill(integrator(running), 1))
          .isInstanceOf(DamagedLogException.class)
          .hasMessage(
              "the log holds 4 entries, but an anchor saw 7: "
                  + "the database is older than its anchor");
    }
    assertThat(alarms).hasValue(1);
    assertThat(Files.readString(file())).isEqualTo(before);
    assertThat(evidence.waiting()).isEqualTo(3);
  }

  @Test
  void emptiedLogIsRefused() throws Exception {
    anchored(3);
    empty();
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
    assertRefused(
        "the log holds 0 entries, but the anchor FILE saw 10: "
            + "the database is older than its anchor");
  }

  @Test
  void entriesCutOffTheEndAreRefused() throws Exception {
    anchored(3);
    tamper.run("delete from audit_entry where idx > 5");
    assertRefused(
        "the log holds 6 entries, but the anchor FILE saw 10: "
            + "the database is older than its anchor");
  }

  @Test
  void otherHistoryOfTheSameLengthIsRefused() throws Exception {
    anchored(3);
    empty();
    fill(new Integrator(evidence.jdbi, evidence.key, evidence.clock), 3);
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
    assertRefused("the first 10 entries of the log are not those that the anchor FILE saw");
  }

  @Test
  void otherHistoryThatIsLongerIsRefused() throws Exception {
    anchored(3);
    empty();
    fill(new Integrator(evidence.jdbi, evidence.key, evidence.clock), 100);
    assertRefused("the first 10 entries of the log are not those that the anchor FILE saw");
  }

  @Test
  void damagedTreeIsRefused() throws Exception {
    anchored(3);
    tamper.run("delete from audit_tile");
    assertRefused("the tree of the log is damaged: a hash of it is missing");
  }

  @Test
  void hourlyCheckEndsSigning() throws Exception {
    Anchors running = anchored(3);
    Integrator integrator = integrator(running);
    running.check();
    assertThat(running.disagreement()).isEmpty();
    empty();
    fill(new Integrator(evidence.jdbi, evidence.key, evidence.clock), 4);
    running.check();
    assertThat(running.disagreement().orElseThrow()).contains("the first 10 entries of the log");
    assertThatThrownBy(() -> fill(integrator, 1)).isInstanceOf(DamagedLogException.class);
    assertStays(running);
  }

  /** What was seen once is looked at by somebody; nothing goes on by itself. */
  private static void assertStays(Anchors running) {
    running.check();
    assertThat(running.disagreement()).isPresent();
  }

  @Test
  void recordOfAnotherKeyIsRefused() throws Exception {
    anchored(1);
    Checkpoint foreign = new Checkpoint(EvidenceLog.ORIGIN, 2, TreeHash.leaf("x"));
    add(AnchorText.record(foreign.sign(EvidenceLog.newKey())));
    assertRefused("record 3 of FILE is no checkpoint of this log: no known key signed this");
  }

  @Test
  void changedRecordIsRefused() throws Exception {
    anchored(1);
    Files.writeString(file(), Files.readString(file()).replace("\n4\n", "\n3\n"));
    assertRefused(
        "record 2 of FILE is no checkpoint of this log: the signature of a known key is wrong");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20, 30, 80, 81, 85, 90})
  void recordThatACrashCutOffIsToleratedAndClosed(int percent) throws Exception {
    anchored(2);
    byte[] whole = Files.readAllBytes(file());
    String text = new String(whole, StandardCharsets.UTF_8);
    int start = text.lastIndexOf(EvidenceLog.ORIGIN, text.lastIndexOf('\u2014'));
    int from = text.substring(0, start).getBytes(StandardCharsets.UTF_8).length;
    int kept = from + Math.max(1, (whole.length - from) * percent / 100);
    Files.write(file(), Arrays.copyOf(whole, kept));
    Anchors after = open();
    assertThat(after.newest()).isEqualTo(4);
    fill(integrator(after), 1);
    assertThat(Files.readString(file())).contains(AnchorText.TORN_RECORD);
    assertThat(open().newest()).isEqualTo(10);
  }

  @Test
  void recordWithoutItsEmptyLineIsCompletedByIt() throws Exception {
    anchored(2);
    byte[] whole = Files.readAllBytes(file());
    Files.write(file(), Arrays.copyOf(whole, whole.length - 1));
    fill(integrator(open()), 1);
    assertThat(open().newest()).isEqualTo(10);
  }

  @Test
  void blocksThatAPowerCutLeftEmptyAreTolerated() throws Exception {
    anchored(2);
    add("\0".repeat(300));
    fill(integrator(open()), 1);
    assertThat(open().newest()).isEqualTo(10);
  }

  @Test
  void damageInTheMiddleIsRefused() throws Exception {
    anchored(2);
    String text = Files.readString(file());
    Files.writeString(file(), text.replaceFirst("\\+?[A-Za-z0-9+/=]{8}\n\n", "\n\n"));
    assertThatThrownBy(this::open).hasMessageContaining("record 1 of");
  }

  @Test
  void missingFileOfALogWithEntriesIsRefused() throws Exception {
    anchored(2);
    Files.delete(file());
    assertRefused(
        "FILE does not exist, though the log has entries: expected the file that anchors it;"
            + " to begin a new anchor now, make an empty file there");
    assertThat(file()).doesNotExist();
  }

  @Test
  void emptyFileBeginsANewAnchor() throws Exception {
    fill(new Integrator(evidence.jdbi, evidence.key, evidence.clock), 2);
    Files.createFile(file());
    fill(integrator(open()), 1);
    assertThat(open().newest()).isEqualTo(10);
    empty();
    assertRefused(
        "the log holds 0 entries, but the anchor FILE saw 10: "
            + "the database is older than its anchor");
  }

  @Test
  void unreadableFileIsRefused() throws Exception {
    Files.createDirectory(file());
    assertRefused("FILE cannot be read or made");
  }

  @Test
  void anchorThatCannotBeWrittenLosesNoEvidenceAndAlarms() throws Exception {
    Anchors anchors = anchored(1);
    Path away = Files.move(file(), folder.resolve("away"));
    fill(integrator(anchors), 1);
    assertThat(evidence.verify()).hasToString("VALID: 7 entries, 3 checkpoints, 0 waiting");
    assertThat(anchors.failing()).containsOnlyKeys("`" + file() + "`");
    anchors.check();
    assertThat(anchors.disagreement()).isEmpty();
    Files.move(away, file());
    fill(integrator(anchors), 1);
    assertThat(anchors.failing()).isEmpty();
    assertThat(open().newest()).isEqualTo(10);
  }

  @Test
  void fileThatBecameShorterIsNotWrittenTo() throws Exception {
    Anchors anchors = anchored(2);
    Files.writeString(file(), "");
    fill(integrator(anchors), 1);
    assertThat(anchors.failing()).hasSize(1);
    assertThat(file()).isEmptyFile();
  }

  @Test
  void manyWritersLeaveWholeRecords() throws Exception {
    Anchors first = anchored(0);
    List<Anchors> all = new ArrayList<>(List.of(first));
    for (int i = 0; i < 3; i++) {
      all.add(open());
    }
    AuditDao.StoredCheckpoint one =
        evidence.jdbi.withExtension(AuditDao.class, AuditDao::lastCheckpoint).orElseThrow();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Anchors anchors : all) {
        threads.submit(
            () -> {
              for (int size = 2; size < 100; size++) {
                anchors.append(
                    new AuditDao.StoredCheckpoint(size, one.root(), one.note(), one.createdAt()));
              }
            });
      }
    }
    assertThat(all).allMatch(anchors -> anchors.failing().isEmpty());
    assertThat(Files.readString(file()))
        .isEqualTo(AnchorText.record(one.note()).repeat(4 * 98 + 1));
  }

  private void add(String text) throws IOException {
    Files.writeString(file(), text, StandardOpenOption.APPEND);
  }
}
