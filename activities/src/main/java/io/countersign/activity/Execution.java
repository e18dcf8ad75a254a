package io.countersign.activity;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ApplyMigration;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.ExportData;
import io.countersign.action.GrantRole;
import io.countersign.activity.ExecutionFault.Kind;
import io.countersign.activity.ExecutionProbe.Step;
import io.countersign.activity.TargetDatabase.Purpose;
import io.countersign.activity.TargetSession.Marker;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.StatementClass;
import io.countersign.store.ActionRow;
import io.countersign.store.Outcome;
import io.countersign.store.ResultTable;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run one action. A change commits together with a marker in the target's {@code
 * countersign.execution}, so that whoever comes later knows whether it took effect:
 *
 * <ol>
 *   <li>take the fence (done by the caller)
 *   <li>BEGIN and insert the marker; where it exists, finish with what its attempt had stored
 *   <li>check that the stored bytes are the approved ones
 *   <li>record the attempt, if the fence is still ours
 *   <li>run the approved bytes; beyond the limits, or where a name means something else by now,
 *       roll back
 *   <li>store row count and result as pending
 *   <li>COMMIT
 *   <li>close attempt, action and evidence in one transaction
 * </ol>
 */
final class Execution {
  static final String LEDGER = "ledger";
  static final String READ_ONLY = "read_only";

  private final ActionRow row;
  private final ActionId id;
  private final Digest permittedDigest;
  private final boolean permitted;
  private final long fence;
  private final Meanings meanings;
  private final StatementClass statementClass;
  private boolean marked;

  Execution(
      ActionRow row, Digest permittedDigest, boolean permitted, long fence, Meanings meanings) {
    this.row = row;
    this.id = row.id();
    this.permittedDigest = permittedDigest;
    this.permitted = permitted;
    this.fence = fence;
    this.meanings = meanings;
    Analysis analysis = row.analysis();
    this.statementClass = analysis == null ? StatementClass.UNKNOWN : analysis.statementClass();
  }

  long fence() {
    return fence;
  }

  StatementClass statementClass() {
    return statementClass;
  }

  String guarantee() {
    return statementClass == StatementClass.READ ? READ_ONLY : LEDGER;
  }

  /** True once this attempt's marker stood alone: no other attempt has committed or can. */
  boolean isMarked() {
    return marked;
  }

  Executed run(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    return statementClass == StatementClass.READ
        ? read(target, recorder, probe)
        : change(target, recorder, probe);
  }

  private Executed read(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    Verdict verdict = requirePermit();
    Work work = work(verdict, target);
    ResultTable table;
    try (TargetSession session = target.begin(purpose(verdict))) {
      table = Objects.requireNonNull(work.run(session).table());
      session.commit();
    }
    probe.reached(Step.RAN, id);
    ResultTable.Written text = table.write();
    Outcome outcome =
        new Outcome(table.rows().size(), READ_ONLY, recorder.now(), text.sha256(), text.bytes());
    probe.reached(Step.PENDING, id);
    boolean closed = recorder.succeedRead(row, fence, outcome, table, text);
    probe.reached(Step.CLOSED, id);
    if (!closed) {
      throw ExecutionFault.of(Kind.SUPERSEDED, "another attempt went on");
    }
    return new Executed(ActionStatus.SUCCEEDED, false);
  }

  private Executed change(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    Outcome outcome;
    try (TargetSession session = target.begin(purpose(row.verdict()))) {
      Optional<Marker> marker = session.mark(id, fence, permittedDigest);
      if (marker.isEmpty()) {
        Optional<Marker> earlier = session.findMarker(id);
        session.rollback();
        return finish(earlier, recorder);
      }
      marked = true;
      probe.reached(Step.MARKED, id);
      requirePermit();
      if (!recorder.open(id, fence, session)) {
        throw ExecutionFault.of(Kind.SUPERSEDED, "another attempt went on");
      }
      probe.reached(Step.RECORDED, id);
      outcome = runApproved(target, session, recorder, probe, marker.get());
      probe.reached(Step.PENDING, id);
      session.commit();
    }
    probe.reached(Step.COMMITTED, id);
    boolean closed = recorder.succeed(row, fence, outcome);
    probe.reached(Step.CLOSED, id);
    return new Executed(ActionStatus.SUCCEEDED, !closed);
  }

  private Outcome runApproved(
      TargetDatabase target,
      TargetSession session,
      ExecutionRecorder recorder,
      ExecutionProbe probe,
      Marker marker)
      throws ExecutionFault {
    Work.Done done = work(requirePermit(), target).run(session);
    probe.reached(Step.RAN, id);
    ResultTable table = done.table();
    ResultTable.Written text = table == null ? null : table.write();
    recorder.pending(id, fence, done.rows(), table, text);
    return new Outcome(
        done.rows(),
        LEDGER,
        marker.executedAt(),
        text == null ? null : text.sha256(),
        text == null ? null : text.bytes());
  }

  private Work work(Verdict verdict, TargetDatabase target) throws ExecutionFault {
    return switch (row.arguments()) {
      case ExecuteSql sql ->
          new StatementWork(
              row, sql.steps().getFirst(), statementClass, verdict, target.target(), meanings);
      case ApplyMigration _, ExportData _, GrantRole _, ChangeInfrastructure _ ->
          throw ExecutionFault.of(
              Kind.NO_CREDENTIAL, "the target runs no actions of kind " + row.kind().wireName());
    };
  }

  /** An earlier attempt committed and could not say so. */
  private Executed finish(Optional<Marker> marker, ExecutionRecorder recorder)
      throws ExecutionFault {
    if (marker.isEmpty() || !marker.get().digest().equals(permittedDigest.value())) {
      throw ExecutionFault.of(
          Kind.UNKNOWN_OUTCOME, "the target's record of this action does not fit it");
    }
    Optional<Outcome> outcome = recorder.committed(id, marker.get(), LEDGER);
    if (outcome.isEmpty()) {
      throw ExecutionFault.of(
          Kind.UNKNOWN_OUTCOME,
          "the target has executed it, but the control database knows nothing");
    }
    recorder.succeed(row, marker.get().fence(), outcome.get());
    return new Executed(ActionStatus.SUCCEEDED, true);
  }

  private Verdict requirePermit() throws ExecutionFault {
    Verdict verdict = row.verdict();
    if (!permitted || verdict == null) {
      throw ExecutionFault.of(Kind.NOT_PERMITTED, "what is stored is not what was approved");
    }
    return verdict;
  }

  private Purpose purpose(@Nullable Verdict verdict) {
    Duration timeout = Duration.ofMillis(row.limits().statementTimeoutMillis());
    Duration tighter = verdict == null ? null : verdict.statementTimeout();
    if (tighter != null && tighter.compareTo(timeout) < 0) {
      timeout = tighter;
    }
    return Purpose.execute(statementClass, id, fence, timeout);
  }
}
