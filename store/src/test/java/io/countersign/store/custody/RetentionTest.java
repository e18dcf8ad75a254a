package io.countersign.store.custody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.ActionId;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.Verification;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.Tamper;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies go when their time is over, as a signed entry says; everything else is found. */
class RetentionTest {
  private static final Period KEEP = Period.ofYears(7);
  private static final Clock LATER =
      Clock.fixed(Instant.parse("2040-01-01T00:00:00Z"), ZoneOffset.UTC);

  private final EvidenceLog evidence = new EvidenceLog();
  private final Tamper tamper = new Tamper(evidence.jdbi);
  private final KeyRing keys = KeyRing.of(evidence.log.keys());
  private final Retention retention = retention(LATER);
  private final LegalHolds holds = new LegalHolds(evidence.jdbi, LATER);
  private final ActionId early = ActionId.random();
  private final ActionId late = ActionId.random();

  // 600 entries; two whole bundles are old enough.
  @BeforeEach
  void fill() {
    evidence.integrator.integrate();
    evidence.record(EventType.ACTION_FAILED, early);
    fill(558);
    evidence.record(EventType.ACTION_FAILED, late);
    fill(39);
    evidence.integrator.integrate();
    assertThat(evidence.verify()).hasToString("VALID: 600 entries, 2 checkpoints, 0 waiting");
  }

  private Retention retention(Clock clock) {
    return new Retention(evidence.jdbi, evidence.key, keys, clock);
  }

  private void fill(int events) {
    for (int i = 0; i < events; i++) {
      evidence.record(EventType.VOTE_COUNTED, ActionId.random());
    }
  }

  @AfterEach
  void close() {
    evidence.close();
  }

  private void announce() {
    assertThat(retention.announce(KEEP)).isTrue();
    evidence.clock.advance(Duration.ofSeconds(1));
    evidence.integrator.integrate();
  }

  private void prune() {
    announce();
    assertThat(retention.prune(KEEP)).isEqualTo(512);
  }

  private void assertDamaged(long index, String reason) {
    assertThat(evidence.verify()).hasToString("INVALID: " + reason);
    assertThat(((AuditReport.Damaged) evidence.verify()).index()).isEqualTo(index);
  }

  @Test
  void prunedBundle() {
    byte[] before =
        evidence.log.receipt(early).orElseThrow().text().getBytes(StandardCharsets.UTF_8);
    prune();
    assertThat(evidence.verify()).hasToString("VALID: 601 entries, 3 checkpoints, 0 waiting");
    assertThat(evidence.log.entries(510, 513)).startsWith("{}", "{}");
    assertThat(evidence.log.entries(512, 513).getFirst()).contains("vote.counted");
    assertThat(evidence.log.timeline(early).getFirst().note())
        .isEqualTo("the time to keep it is over: only its hash is left");
    assertThat(evidence.log.timeline(early).getFirst().type()).isEqualTo("action.failed");
    assertThat(ReceiptVerifier.verify(before, evidence.log.keys()))
        .isInstanceOf(Verification.Valid.class);
    assertThat(evidence.log.receipt(early)).isEmpty();
    assertThat(evidence.log.isPruned(early)).isTrue();
    assertThat(evidence.log.isPruned(late)).isFalse();
    byte[] kept = evidence.log.receipt(late).orElseThrow().text().getBytes(StandardCharsets.UTF_8);
    assertThat(ReceiptVerifier.verify(kept, evidence.log.keys()))
        .isInstanceOf(Verification.Valid.class);
    assertThat(evidence.log.proof(5, 601).orElseThrow()).isNotEmpty();
    assertThat(evidence.log.consistency(5, 601).orElseThrow()).isNotEmpty();
    assertThat(retention.announce(KEEP)).isFalse();
    fill(3);
    evidence.integrator.integrate();
    assertThat(evidence.verify()).hasToString("VALID: 604 entries, 4 checkpoints, 0 waiting");
  }

  @Test
  void bodyRemovedWithoutARetentionEvent() {
    tamper.run("update audit_entry set body = null where idx = 6");
    assertDamaged(6, "the body of entry 6 is missing, and no signed retention event allows it");
  }

  @Test
  void wholeBundleRemovedWithoutARetentionEvent() {
    tamper.run("update audit_entry set body = null where idx < 256");
    assertDamaged(0, "the body of entry 0 is missing, and no signed retention event allows it");
  }

  @Test
  void bodyRemovedAboveTheRetentionEvent() {
    prune();
    tamper.run("update audit_entry set body = null where idx = 520");
    assertDamaged(
        520, "the body of entry 520 is missing, the retention event allows entries below 512");
  }

  @Test
  void halfABundleRemoved() {
    announce();
    tamper.run("update audit_entry set body = null where idx between 300 and 400");
    assertDamaged(300, "the body of entry 300 is missing from a bundle that has others");
  }

  @Test
  void hashOfAPrunedEntryChanged() {
    prune();
    tamper.run("update audit_entry set leaf_hash = sha256('x') where idx = 6");
    assertDamaged(6, "entry 6 is not the one that was logged here");
  }

  @Test
  void retentionEventThatWaitsAllowsNothing() {
    assertThat(retention.announce(KEEP)).isTrue();
    assertThat(retention.prune(KEEP)).isZero();
    assertRefused("update audit_entry set body = null where idx < 512");
  }

  @Test
  void tableRefusesEveryOtherChange() {
    announce();
    for (String change :
        new String[] {
          "update audit_entry set body = null where idx = 512",
          "update audit_entry set body = 'x' where idx = 6",
          "update audit_entry set body = null, action_id = null where idx = 6",
          "update audit_entry set body = null where type = 'audit.retention'",
          "delete from audit_entry where idx = 6",
          "truncate audit_entry",
          "create temp table audit_checkpoint as select 10000 as size;"
              + " update audit_entry set body = null where idx = 512",
        }) {
      assertRefused(change);
    }
    assertThatThrownBy(() -> evidence.jdbi.useHandle(h -> h.execute("select audit_prune(500)")))
        .hasMessageContaining("only whole bundles");
  }

  private void assertRefused(String change) {
    assertThatThrownBy(
            () -> evidence.jdbi.useTransaction(handle -> handle.createScript(change).execute()))
        .hasMessageContaining("the evidence log only grows");
  }

  @Test
  void runThatEndsBetweenEventAndPruningIsRepeated() {
    announce();
    Retention next = retention(LATER);
    assertThat(next.announce(KEEP)).isFalse();
    assertThat(next.prune(KEEP)).isEqualTo(512);
    assertThat(next.prune(KEEP)).isZero();
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
  }

  @Test
  void holdStopsPruningFromItsFirstBundleOn() {
    assertThat(retention.below(KEEP)).isEqualTo(512);
    assertThat(holds.place(LegalHolds.Scope.ACTION, late.value(), "a court asks")).isTrue();
    assertThat(retention.below(KEEP)).isEqualTo(512);
    assertThat(holds.place(LegalHolds.Scope.ACTION, early.value(), "a court asks")).isTrue();
    assertThat(retention.below(KEEP)).isZero();
    assertThat(holds.release(LegalHolds.Scope.ACTION, early.value())).isTrue();
    assertThat(holds.release(LegalHolds.Scope.ACTION, early.value())).isFalse();
    assertThat(retention.below(KEEP)).isEqualTo(512);
    assertThat(holds.place(LegalHolds.Scope.PERSON, "alice", "a court asks")).isTrue();
    assertThat(retention.announce(KEEP)).isFalse();
    assertThat(holds.list()).hasSize(2);
  }

  @Test
  void holdPlacedAfterTheEventStillStopsPruning() {
    announce();
    holds.place(LegalHolds.Scope.ALL, "", "a court asks");
    assertThat(holds.place(LegalHolds.Scope.ALL, "", "again")).isFalse();
    assertThat(retention.prune(KEEP)).isZero();
    holds.release(LegalHolds.Scope.ALL, "");
    assertThat(retention.prune(KEEP)).isEqualTo(512);
  }

  @Test
  void youngEntriesStay() {
    Retention now = retention(evidence.clock);
    assertThat(now.announce(KEEP)).isFalse();
    assertThat(now.prune(KEEP)).isZero();
  }
}
