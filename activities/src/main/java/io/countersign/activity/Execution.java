package io.countersign.activity;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
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
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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

  /** Without this word no statement can change rows in a part of it that its tag does not count. */
  private static final Pattern WITH = Pattern.compile("(?i)\\bwith\\b");

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
    ResultTable table;
    try (TargetSession session = target.begin(purpose(verdict))) {
      NativeStatement.Answer answer = runAsJudged(session, verdict);
      refuseTooMuch(answer, 0, verdict);
      table = table(target, session, answer, verdict);
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
    Verdict verdict = requirePermit();
    NativeStatement.Answer answer = runAsJudged(session, verdict);
    probe.reached(Step.RAN, id);
    long changed = session.rowsChanged();
    boolean hidden = WITH.matcher(row.statement().sql()).find();
    refuseTooMuch(answer, hidden ? changed : 0, verdict);
    if (answer.fields() == null) {
      recorder.pending(id, fence, answer.changed(), null, null);
      return new Outcome(answer.changed(), LEDGER, marker.executedAt(), null, null);
    }
    ResultTable table = table(target, session, answer, verdict);
    ResultTable.Written text = table.write();
    recorder.pending(id, fence, answer.rows().size(), table, text);
    return new Outcome(
        answer.rows().size(), LEDGER, marker.executedAt(), text.sha256(), text.bytes());
  }

  /**
   * Runs the statement and makes sure that it meant what was judged. The locks that it took keep
   * its objects as they are until the end of the transaction, so the comparison comes after it. A
   * statement that is to change the catalogue itself is preceded by it.
   */
  private NativeStatement.Answer runAsJudged(TargetSession session, Verdict verdict)
      throws ExecutionFault {
    return switch (statementClass) {
      case READ, WRITE, UNKNOWN, EXPORT -> {
        NativeStatement.Answer answer = run(session, verdict);
        // Cut off in the middle, it is rolled back anyway.
        if (!answer.tooMuch()) {
          requireSameMeaning(session);
        }
        yield answer;
      }
      case DDL, ROLE, ADMIN -> {
        requireSameMeaning(session);
        yield run(session, verdict);
      }
    };
  }

  private NativeStatement.Answer run(TargetSession session, Verdict verdict) throws ExecutionFault {
    Long bytes = verdict.maxBytes();
    return session.run(row.statement(), maxRows(verdict), bytes == null ? Long.MAX_VALUE : bytes);
  }

  private void requireSameMeaning(TargetSession session) throws ExecutionFault {
    List<String> differences =
        Differences.of(session.meaning(meanings, row.proposal()), row.resolution());
    if (!differences.isEmpty()) {
      throw ExecutionFault.of(Kind.CATALOGUE_CHANGED, Differences.sentence(differences));
    }
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

  private void refuseTooMuch(NativeStatement.Answer answer, long hiddenChanges, Verdict verdict)
      throws ExecutionFault {
    int limit = maxRows(verdict);
    if (answer.tooMuch()
        || answer.rows().size() > limit
        || answer.changed() > limit
        || hiddenChanges > limit) {
      throw ExecutionFault.of(
          Kind.TOO_MUCH,
          "more than the approved " + limit + " rows or more bytes than a result may have");
    }
  }

  private ResultTable table(
      TargetDatabase target, TargetSession session, NativeStatement.Answer answer, Verdict verdict)
      throws ExecutionFault {
    List<ResultColumn> columns = session.describe(answer);
    return new ResultMask(target.target(), row, verdict).apply(columns, answer.rows());
  }

  private int maxRows(Verdict verdict) {
    Integer tighter = verdict.maxRows();
    int limit = row.limits().maxRows();
    return tighter == null ? limit : Math.min(limit, tighter);
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
