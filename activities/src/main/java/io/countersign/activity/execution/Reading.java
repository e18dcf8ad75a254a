package io.countersign.activity.execution;

import io.countersign.action.ActionStatus;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.activity.targets.TargetSession;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Outcome;
import io.countersign.store.result.ResultTable;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.util.Objects;

/** Runs a read: it has no effect that could happen twice, so it leaves no proof on its target. */
final class Reading {
  private final ActionRow row;
  private final long fence;
  private final Work work;
  private final Purpose purpose;
  private final ExecutionRecorder recorder;

  Reading(ActionRow row, long fence, Work work, Purpose purpose, ExecutionRecorder recorder) {
    this.row = row;
    this.fence = fence;
    this.work = work;
    this.purpose = purpose;
    this.recorder = recorder;
  }

  Executed run(TargetDatabase target, ExecutionProbe probe) throws ExecutionFault {
    ResultTable table;
    try (TargetSession session = target.begin(purpose);
        StopWatch _ = StopWatch.start(row.id(), recorder, session)) {
      table = Objects.requireNonNull(work.run(session).table());
      session.commit();
    }
    probe.reached(Step.RAN, row.id());
    ResultTable.Written text = table.write();
    Outcome outcome =
        new Outcome(
            table.rows().size(),
            TargetDatabase.READ_ONLY,
            recorder.now(),
            text.sha256(),
            text.bytes());
    probe.reached(Step.PENDING, row.id());
    boolean closed = recorder.succeedRead(row, fence, outcome, table, text);
    probe.reached(Step.CLOSED, row.id());
    if (!closed) {
      throw ExecutionFault.superseded();
    }
    return new Executed(ActionStatus.SUCCEEDED, false);
  }
}
