package io.countersign.store.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.Frontier;
import io.countersign.audit.Handover;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Receipt;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import io.countersign.audit.TrustedKey;
import io.countersign.audit.VerifierKey;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import io.countersign.store.verification.Tamper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One log, two keys after each other: who may sign which stretch of it. */
class KeyRotationTest {
  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);
  private final SigningKey old = evidence.key;
  private final SigningKey next = EvidenceLog.newKey();
  private final KeyRing both = ring(next, old);

  // Checkpoints of size 1 and 4.
  @BeforeEach
  void fill() {
    evidence.fill(1, 3);
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private static KeyRing ring(SigningKey... keys) {
    List<VerifierKey> all = new ArrayList<>();
    for (SigningKey key : keys) {
      all.add(key.verifierKey());
    }
    return KeyRing.of(all);
  }

  private TrustedKey rotate() {
    return new KeyRotation(
            evidence.jdbi, old, ring(old), Anchors.none(evidence.jdbi), evidence.clock)
        .handOver(next.verifierKey());
  }

  private Integrator under(SigningKey key, KeyRing keys) {
    return new Integrator(evidence.jdbi, key, keys, Anchors.none(evidence.jdbi), evidence.clock);
  }

  private void sign(Integrator integrator) {
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    integrator.integrate();
  }

  private AuditReport verify(KeyRing keys) {
    return new AuditVerify(evidence.jdbi, keys, List.of()).verify();
  }

  private void assertDamaged(long index, String reason) {
    assertThat(verify(both)).isEqualTo(new AuditReport.Damaged(index, reason, List.of(), null));
  }

  @Test
  void nextKeyContinuesAfterTheHandover() {
    TrustedKey retired = rotate();
    assertThat(retired).isEqualTo(new TrustedKey(old.verifierKey(), 5));
    assertThat(evidence.log.checkpoint().orElseThrow()).startsWith(EvidenceLog.ORIGIN + "\n5\n");
    sign(under(next, both));
    KeyRing limited = new KeyRing(List.of(new TrustedKey(next.verifierKey()), retired));
    for (KeyRing keys : List.of(both, limited)) {
      assertThat(verify(keys)).hasToString("VALID: 6 entries, 4 checkpoints, 0 waiting");
    }
  }

  @Test
  void logIsGoodBeforeTheConfigurationFollows() {
    rotate();
    assertThat(evidence.verify()).hasToString("VALID: 5 entries, 3 checkpoints, 0 waiting");
    assertThat(verify(both)).hasToString("VALID: 5 entries, 3 checkpoints, 0 waiting");
  }

  @Test
  void handoverIsTheLastEntryOfItsStretchWhateverWaits() {
    for (int i = 0; i < 5; i++) {
      evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    }
    assertThat(rotate().until()).isEqualTo(10);
    assertThat(evidence.log.entries(9, 10).getFirst())
        .contains("key.rotated")
        .contains(next.verifierKey().toString());
  }

  @Test
  void retiredKeySignsNoMore() {
    rotate();
    assertThatThrownBy(() -> sign(evidence.integrator))
        .isInstanceOf(DamagedLogException.class)
        .hasMessageContaining("this key handed the log over with its last entry");
    assertThat(evidence.waiting()).isEqualTo(1);
    assertThatThrownBy(this::rotate).isInstanceOf(DamagedLogException.class);
  }

  @Test
  void nextKeyDoesNotSignBeforeTheHandover() {
    assertThatThrownBy(() -> sign(under(next, both)))
        .isInstanceOf(DamagedLogException.class)
        .hasMessageContaining("did not hand the log over to this one");
  }

  @Test
  void thirdKeyDoesNotSignAfterTheHandover() {
    rotate();
    SigningKey third = EvidenceLog.newKey();
    assertThatThrownBy(() -> sign(under(third, ring(third, old))))
        .hasMessageContaining("did not hand the log over to this one");
    assertThatThrownBy(() -> sign(under(next, ring(next))))
        .as("the retired key is not known")
        .hasMessage("the last checkpoint is not ours: no known key signed this");
  }

  @Test
  void whoCanWriteEvidenceCannotRetireTheKey() {
    SigningKey thief = EvidenceLog.newKey();
    evidence.jdbi.useHandle(
        handle ->
            Outbox.insert(
                handle, Handover.event(thief, next.verifierKey(), evidence.clock.instant())));
    evidence.integrator.integrate();
    sign(evidence.integrator);
    assertThat(evidence.verify()).hasToString("VALID: 6 entries, 4 checkpoints, 0 waiting");
  }

  @Test
  void handoverInTheOutboxEndsTheBatch() {
    evidence.jdbi.useHandle(
        handle ->
            Outbox.insert(
                handle, Handover.event(old, next.verifierKey(), evidence.clock.instant())));
    evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    assertThat(evidence.integrator.integrate()).isEqualTo(1);
    assertThat(evidence.waiting()).isEqualTo(1);
    assertThat(under(next, both).integrate()).isEqualTo(1);
    assertThat(verify(both)).isInstanceOf(AuditReport.Intact.class);
  }

  @Test
  void keyThatSignedBeforeIsNotTheNextOne() {
    assertThatThrownBy(
            () ->
                new KeyRotation(
                        evidence.jdbi, old, both, Anchors.none(evidence.jdbi), evidence.clock)
                    .handOver(next.verifierKey()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void retiredKeyThatSignsOnIsFound() {
    rotate();
    sign(under(next, both));
    signAgain(6, old);
    assertDamaged(5, "the checkpoint of size 6 is signed by a key that was retired at size 5");
  }

  @Test
  void nextKeyThatSignedBeforeIsFound() {
    rotate();
    signAgain(4, next);
    assertDamaged(
        1, "the checkpoint of size 4 is signed by a key that got the log by no handover before it");
  }

  @Test
  void handoverThatTheRetiredKeyDidNotSignIsFound() {
    rotate();
    sign(under(next, both));
    tamper.run("delete from audit_checkpoint where size = 5");
    assertDamaged(5, "the checkpoint of size 5, with which the retired key ends, is missing");
  }

  @Test
  void retiredKeyThatWritesAHistoryWithoutItsHandoverIsFound() {
    sign(evidence.integrator);
    assertDamaged(
        5, "no entry hands the log over to the present key: the log is older than that key");
    tamper.run(
        """
        delete from audit_entry; delete from audit_tile; delete from audit_checkpoint;
        update audit_head set size = 0, frontier = ''
        """);
    assertDamaged(
        0, "no entry hands the log over to the present key: the log is older than that key");
  }

  @Test
  void receiptOfARetiredKeyIsValidUpToItsEnd() {
    ActionId action = ActionId.random();
    evidence.record(EventType.ACTION_SUCCEEDED, action);
    TrustedKey retired = rotate();
    sign(under(next, both));
    Receipt receipt = evidence.log.receipt(action).orElseThrow();
    assertThat(check(receipt, retired)).isEqualTo("VALID");
    assertThat(check(receipt, new TrustedKey(old.verifierKey()))).isEqualTo("VALID");
    assertThat(check(receipt, new TrustedKey(old.verifierKey(), retired.until() - 1)))
        .isEqualTo("INVALID: its key was retired at size 5, the checkpoint has size 6");
  }

  private static String check(Receipt receipt, TrustedKey key) {
    byte[] bytes = receipt.text().getBytes(StandardCharsets.UTF_8);
    return ReceiptVerifier.verify(bytes, new KeyRing(List.of(key))).toString();
  }

  @Test
  void limitOfTheConfigurationHoldsWhateverTheLogSays() {
    rotate();
    sign(under(next, both));
    KeyRing early =
        new KeyRing(
            List.of(new TrustedKey(next.verifierKey()), new TrustedKey(old.verifierKey(), 3)));
    assertThat(verify(early))
        .hasToString(
            "INVALID: the checkpoint of size 4:"
                + " its key was retired at size 3, the checkpoint has size 4");
  }

  /** The tree as it is, under another key's signature. */
  private void signAgain(long size, SigningKey key) {
    Frontier tree = Frontier.EMPTY;
    for (String body : evidence.log.entries(0, size)) {
      tree = tree.append(TreeHash.leaf(body));
    }
    String note = new Checkpoint(EvidenceLog.ORIGIN, size, tree.root()).sign(key);
    evidence.jdbi.useTransaction(
        handle -> {
          handle.execute("set local session_replication_role = replica");
          handle.execute("update audit_checkpoint set note = ? where size = ?", note, size);
        });
  }
}
