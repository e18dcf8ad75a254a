package io.countersign.action;

import static io.countersign.action.ActionStatus.APPROVED;
import static io.countersign.action.ActionStatus.EVALUATING;
import static io.countersign.action.ActionStatus.EXECUTING;
import static io.countersign.action.ActionStatus.FAILED;
import static io.countersign.action.ActionStatus.NEEDS_RECONCILIATION;
import static io.countersign.action.ActionStatus.PENDING_REVIEW;
import static io.countersign.action.ActionStatus.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ActionStatusTest {
  @Test
  void onlyTheseStatesCanStillChange() {
    assertThat(Stream.of(ActionStatus.values()).filter(status -> !status.isTerminal()))
        .containsExactly(EVALUATING, PENDING_REVIEW, APPROVED, EXECUTING, NEEDS_RECONCILIATION);
  }

  @Test
  void onlyWhatTheQuorumOrARuleLetPassIsApproved() {
    assertThat(Stream.of(ActionStatus.values()).filter(ActionStatus::isApproved))
        .containsExactly(APPROVED, EXECUTING, SUCCEEDED, FAILED, NEEDS_RECONCILIATION);
  }
}
