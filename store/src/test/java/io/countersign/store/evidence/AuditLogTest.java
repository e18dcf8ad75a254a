package io.countersign.store.evidence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.Frontier;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.Receipt;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.TreeHash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuditLogTest {
  private final EvidenceLog evidence = new EvidenceLog();
  private final AuditLog log = evidence.log;
  private final ActionId action = ActionId.random();

  @AfterEach
  void close() {
    evidence.close();
  }

  private void assertValid(Receipt receipt) {
    assertThat(ReceiptVerifier.verify(receipt.text().getBytes(UTF_8), log.keys()))
        .hasToString("VALID");
  }

  @Test
  void endedActionHasAReceiptThatVerifiesAndStaysTheSame() {
    evidence.record(EventType.ACTION_SUBMITTED, action);
    evidence.record(EventType.ACTION_SUCCEEDED, action);
    evidence.record(EventType.ACTION_RESULT_READ, action);
    evidence.integrator.integrate();
    Receipt receipt = log.receipt(action).orElseThrow();
    assertValid(receipt);
    assertThat(receipt.actionDigest()).isEqualTo(EvidenceLog.digest(action));
    assertThat(receipt.entry()).contains("action.succeeded");
    evidence.fill(3, 100);
    assertThat(log.receipt(action)).contains(receipt);
  }

  @Test
  void receiptsVerifyAnywhereInAGrowingLog() {
    List<ActionId> actions = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ActionId next = ActionId.random();
      actions.add(next);
      evidence.record(EventType.ACTION_DENIED, next);
      evidence.fill(1, 17);
    }
    actions.forEach(each -> assertValid(log.receipt(each).orElseThrow()));
  }

  @Test
  void openActionHasNoReceipt() {
    evidence.record(EventType.ACTION_APPROVED, action);
    evidence.integrator.integrate();
    assertThat(log.receipt(action)).isEmpty();
    assertThat(log.receipt(ActionId.random())).isEmpty();
  }

  @Test
  void receiptWaitsForTheLastClosingEntry() {
    evidence.record(EventType.ACTION_UNKNOWN, action);
    assertThat(log.receipt(action)).isEmpty();
    evidence.integrator.integrate();
    assertThat(log.receipt(action).orElseThrow().entry()).contains("action.unknown");
    evidence.record(EventType.ACTION_SUCCEEDED, action);
    assertThat(log.receipt(action)).isEmpty();
    evidence.integrator.integrate();
    assertThat(log.receipt(action).orElseThrow().entry()).contains("action.succeeded");
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "ACTION_REFUSED",
        "ACTION_DENIED",
        "ACTION_EXPIRED",
        "ACTION_CANCELLED",
        "ACTION_LAPSED",
        "ACTION_REVOKED",
        "ACTION_SUCCEEDED",
        "ACTION_FAILED",
        "ACTION_UNKNOWN",
        "ACTION_RECONCILED"
      })
  void everyEndGivesAReceipt(EventType type) {
    evidence.record(type, action);
    evidence.integrator.integrate();
    assertValid(log.receipt(action).orElseThrow());
  }

  @Test
  void timelineShowsWhatIsIntegratedAndWhatWaits() {
    evidence.record(EventType.ACTION_SUBMITTED, action);
    evidence.integrator.integrate();
    evidence.record(EventType.ACTION_SUBMITTED, ActionId.random());
    evidence.record(EventType.ACTION_PENDING, action);
    List<TimelineItem> items = log.timeline(action);
    assertThat(items)
        .extracting(TimelineItem::seq, TimelineItem::type)
        .containsExactly(tuple(1L, "action.submitted"), tuple(2L, "action.pending"));
    assertThat(items.getFirst())
        .isEqualTo(
            new TimelineItem(
                1,
                "action.submitted",
                Instant.parse("2026-01-02T03:04:05.678901Z"),
                new Event.Actor("person", "alice", "api"),
                "changed",
                null,
                "größe"));
    evidence.integrator.integrate();
    assertThat(log.timeline(action)).isEqualTo(items);
    assertThat(log.timeline(ActionId.random())).isEmpty();
  }

  @Test
  void proofsAreThoseOfTheSignedTree() throws EvidenceException {
    evidence.fill(3, 200);
    Checkpoint head = Checkpoint.open(log.checkpoint().orElseThrow(), log.keys());
    List<String> entries = log.entries(0, head.size());
    assertThat(entries).hasSize(601);
    for (int index : new int[] {0, 255, 256, 511, 600}) {
      TreeHash leaf = TreeHash.leaf(entries.get(index));
      List<TreeHash> path = log.proof(index, head.size()).orElseThrow();
      assertThat(MerkleTree.includes(leaf, index, head.size(), path, head.root())).isTrue();
    }
    List<TreeHash> path = log.consistency(201, 601).orElseThrow();
    TreeHash earlier = root(entries.subList(0, 201));
    assertThat(MerkleTree.extendsTree(201, earlier, 601, head.root(), path)).isTrue();
  }

  private static TreeHash root(List<String> entries) {
    Frontier tree = Frontier.EMPTY;
    for (String entry : entries) {
      tree = tree.append(TreeHash.leaf(entry));
    }
    return tree.root();
  }

  @Test
  void questionsBeyondTheLogHaveNoAnswer() {
    evidence.fill(1, 9);
    assertThat(log.proof(0, 11)).isEqualTo(Optional.empty());
    assertThat(log.proof(10, 10)).isEmpty();
    assertThat(log.proof(-1, 10)).isEmpty();
    assertThat(log.proof(9, 10)).isPresent();
    assertThat(log.consistency(5, 11)).isEmpty();
    assertThat(log.consistency(6, 5)).isEmpty();
    assertThat(log.consistency(-1, 5)).isEmpty();
    assertThat(log.consistency(0, 5)).contains(List.of());
    assertThat(log.entries(5, 3)).isEmpty();
    assertThat(log.entries(8, 100)).hasSize(2);
  }

  @Test
  void oneCallAnswersALimitedNumberOfEntries() {
    evidence.fill(3, 400);
    assertThat(log.entries(0, Long.MAX_VALUE)).hasSize(AuditLog.MAX_ENTRIES);
  }
}
