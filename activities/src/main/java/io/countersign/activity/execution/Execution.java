package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ApplyMigration;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.ExportData;
import io.countersign.action.GrantRole;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.export.Exports;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Fate;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.activity.targets.Identity;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.Proof;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.activity.targets.TargetLook;
import io.countersign.activity.targets.TargetSession;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.StatementClass;
import io.countersign.sql.TransactionParts;
import io.countersign.sql.TransactionParts.Part;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ExecutionDao.Attempt;
import io.countersign.store.action.Outcome;
import io.countersign.store.result.ResultTable;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run one action. Its {@link Proof} tells whoever comes later whether it took
 * effect:
 *
 * <ol>
 *   <li>take the fence (done by the caller)
 *   <li>resolve every earlier attempt that is not proven to have ended; where one took effect,
 *       finish with what it had stored
 *   <li>BEGIN and identify: a marker in the target, or the transaction's own id
 *   <li>record the attempt, if the fence is still ours
 *   <li>run the approved bytes; beyond the limits, or where a name means something else by now,
 *       roll back
 *   <li>store row count and result as pending, if the fence is still ours and nobody wants to stop
 *   <li>COMMIT
 *   <li>close attempt, action and evidence in one transaction
 * </ol>
 *
 * <p>A migration that no single transaction holds goes through all of this part by part, each with
 * a fence and a proof of its own.
 */
final class Execution {
  private static final String UNCONFIRMED =
      "a synchronous standby had not confirmed the commit when its backend was ended";

  private final ActionRow row;
  private final ActionId id;
  private final Digest permittedDigest;
  private final boolean permitted;
  private final List<Part> parts;
  private final Meanings meanings;
  private final Operations operations;
  private final Exports exports;
  private final StatementClass statementClass;
  private long fence;
  private int part = 1;
  private @Nullable String guarantee;
  private @Nullable String warning;
  private boolean resolved;

  Execution(
      ActionRow row,
      Digest permittedDigest,
      boolean permitted,
      long fence,
      Meanings meanings,
      Operations operations,
      Exports exports) {
    this.row = row;
    this.id = row.id();
    this.permittedDigest = permittedDigest;
    this.permitted = permitted;
    this.fence = fence;
    this.meanings = meanings;
    this.operations = operations;
    this.exports = exports;
    Analysis analysis = row.analysis();
    this.parts =
        row.arguments() instanceof ApplyMigration migration
            ? TransactionParts.of(migration.statements())
            : List.of();
    this.statementClass = analysis == null ? StatementClass.UNKNOWN : analysis.statementClass();
  }

  long fence() {
    return fence;
  }

  /** The one that applies; null while none does. */
  @Nullable String guarantee() {
    return guarantee;
  }

  /** True once no earlier attempt has taken effect or can. */
  boolean isAlone() {
    return resolved;
  }

  Executed run(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    if (row.arguments() instanceof ExportData export) {
      return export(export, target, recorder, probe);
    }
    if (row.arguments() instanceof ChangeInfrastructure change
        && operations.setting(change).isEmpty()) {
      return send(change, recorder, probe);
    }
    return statementClass == StatementClass.READ
        ? read(target, recorder, probe)
        : change(target, recorder, probe);
  }

  private Executed export(
      ExportData export, TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    guarantee = TargetDatabase.READ_ONLY;
    resolved = true;
    Verdict verdict = requirePermit();
    if (!Export.mayRun(statementClass)) {
      throw ExecutionFault.of(Kind.NOT_PERMITTED, "only a plain read is exported");
    }
    Purpose reading = Purpose.execute(StatementClass.READ, id, fence, timeout(verdict));
    return new Export(row, export, verdict, fence, reading, meanings, exports, recorder)
        .run(target, probe);
  }

  private Executed send(
      ChangeInfrastructure change, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    guarantee = Proof.NONE.guarantee();
    List<Attempt> earlier = recorder.openAttempts(id);
    resolved = earlier.isEmpty();
    return new Sending(row, change, permitted, fence, earlier, operations, recorder).run(probe);
  }

  private Executed read(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    guarantee = TargetDatabase.READ_ONLY;
    resolved = true;
    Verdict verdict = requirePermit();
    Work work = work(verdict, target, recorder);
    return new Reading(row, fence, work, purpose(verdict), recorder).run(target, probe);
  }

  private Executed change(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    part = recorder.done(id).size() + 1;
    try {
      Executed executed = onePart(target, recorder, probe);
      while (executed.status() == ActionStatus.EXECUTING) {
        executed = onePart(target, recorder, probe);
      }
      return executed;
    } catch (ExecutionFault fault) {
      throw part == 1
          ? fault
          : fault.leaving(
              new Part(0, parts.get(part - 2).to(), false).steps() + " took effect and stay so");
    }
  }

  private Executed onePart(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    Optional<EarlierAttempts.Committed> earlier =
        EarlierAttempts.resolve(row, statementClass, target, recorder);
    if (earlier.isPresent()) {
      if (earlier.get().inDoubtOfStandby()) {
        warning = UNCONFIRMED;
      }
      return finish(earlier.get().fate(), recorder);
    }
    resolved = true;
    Verdict verdict = row.verdict();
    if (verdict != null && work(verdict, target, recorder).isOutsideTransaction()) {
      return once(target, recorder, probe);
    }
    List<Proof> proofs = target.proofs();
    for (Proof proof : proofs.subList(0, proofs.size() - 1)) {
      try {
        return change(proof, target, recorder, probe);
      } catch (ExecutionFault fault) {
        if (fault.kind() != Kind.NO_PROOF) {
          throw fault;
        }
      }
    }
    return change(proofs.getLast(), target, recorder, probe);
  }

  private Executed change(
      Proof proof, TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    Outcome outcome;
    try (TargetSession session = target.beginToIdentify(purpose(row.verdict()))) {
      Optional<Identity> identity = proof.identify(session, marker(), fence, permittedDigest);
      guarantee = proof.guarantee();
      if (identity.isEmpty()) {
        session.rollback();
        return finishUnrecorded(target, recorder);
      }
      probe.reached(Step.MARKED, id);
      requirePermit();
      Attempt attempt =
          recorder
              .open(id, fence, part, proof, identity.get())
              .orElseThrow(() -> refusal(id, recorder));
      probe.reached(Step.RECORDED, id);
      try (StopWatch _ = StopWatch.start(id, recorder, session)) {
        outcome = runApproved(attempt, target, session, recorder, probe);
      }
      probe.reached(Step.PENDING, id);
      session.commit();
    }
    probe.reached(Step.COMMITTED, id);
    Executed executed = close(fence, outcome, recorder);
    probe.reached(Step.CLOSED, id);
    return executed;
  }

  private Outcome runApproved(
      Attempt attempt,
      TargetDatabase target,
      TargetSession session,
      ExecutionRecorder recorder,
      ExecutionProbe probe)
      throws ExecutionFault {
    Work.Done done = work(requirePermit(), target, recorder).run(session);
    probe.reached(Step.RAN, id);
    ResultTable table = done.table();
    ResultTable.Written text = table == null ? null : table.write();
    if (!recorder.pending(id, fence, done.rows(), table, text)) {
      throw refusal(id, recorder);
    }
    return new Outcome(
        done.rows(),
        attempt.guarantee(),
        attempt.startedAt(),
        text == null ? null : text.sha256(),
        text == null ? null : text.bytes());
  }

  /**
   * What cannot run in a transaction is tried once: its intent is recorded, and an end that nobody
   * saw is for people to find out.
   */
  private Executed once(TargetDatabase target, ExecutionRecorder recorder, ExecutionProbe probe)
      throws ExecutionFault {
    guarantee = Proof.NONE.guarantee();
    Work work = work(requirePermit(), target, recorder);
    Outcome outcome;
    try (TargetSession session = target.beginOutside(purpose(row.verdict()))) {
      probe.reached(Step.MARKED, id);
      Attempt attempt =
          recorder
              .open(id, fence, part, Proof.NONE, session.identityOutside())
              .orElseThrow(() -> refusal(id, recorder));
      probe.reached(Step.RECORDED, id);
      try (StopWatch _ = StopWatch.start(id, recorder, session)) {
        Work.Done done = work.run(session);
        outcome =
            new Outcome(
                done.rows(), attempt.guarantee(), attempt.startedAt(), null, null, done.operated());
      } catch (ExecutionFault fault) {
        throw fault.kind() == Kind.CONFLICT ? fault.as(Kind.STATEMENT) : fault;
      }
      probe.reached(Step.RAN, id);
    }
    Executed executed = close(fence, outcome, recorder);
    probe.reached(Step.CLOSED, id);
    return executed;
  }

  /** Closes the action, or one part of it, after which the next one comes with the next fence. */
  private Executed close(long attempt, Outcome outcome, ExecutionRecorder recorder)
      throws ExecutionFault {
    if (part < parts.size()) {
      fence = recorder.partDone(id, attempt, fence).orElseThrow(ExecutionFault::superseded);
      part++;
      resolved = false;
      return new Executed(ActionStatus.EXECUTING, false);
    }
    boolean closed = recorder.succeed(row, attempt, outcome, warning);
    return new Executed(ActionStatus.SUCCEEDED, !closed);
  }

  private String marker() {
    return Attempt.marker(id.value(), part);
  }

  /** Why an attempt may not go on. */
  static ExecutionFault refusal(ActionId id, ExecutionRecorder recorder) {
    return recorder.isStopAsked(id)
        ? ExecutionFault.of(Kind.STOPPED, "it was stopped before it took effect")
        : ExecutionFault.superseded();
  }

  private Work work(Verdict verdict, TargetDatabase target, ExecutionRecorder recorder)
      throws ExecutionFault {
    return switch (row.arguments()) {
      case ExecuteSql sql ->
          new StatementWork(
              row, sql.steps().getFirst(), statementClass, verdict, target.target(), meanings);
      case ApplyMigration migration ->
          new MigrationWork(
              row,
              migration,
              parts.get(part - 1),
              ExecutionRecorder.rows(recorder.done(id)),
              verdict,
              meanings);
      case GrantRole grant -> new GrantWork(row, grant, meanings, recorder.grants());
      case ChangeInfrastructure change -> new SettingWork(row, change, operations, target);
      case ExportData _ ->
          throw ExecutionFault.of(
              Kind.NO_CREDENTIAL, "the target runs no actions of kind " + row.kind().wireName());
    };
  }

  /** The target holds a marker of an attempt that the control database does not know. */
  private Executed finishUnrecorded(TargetDatabase target, ExecutionRecorder recorder)
      throws ExecutionFault {
    try (TargetLook look = target.look(statementClass)) {
      Optional<TargetSession.Marker> marker = look.marker(marker());
      if (marker.isEmpty()) {
        throw ExecutionFault.of(Kind.UNREACHABLE, "the target's record of this action went away");
      }
      return finish(new Fate.Committed(marker.get().fence(), marker.get().digest()), recorder);
    }
  }

  /** An earlier attempt committed and could not say so. */
  private Executed finish(Fate.Committed committed, ExecutionRecorder recorder)
      throws ExecutionFault {
    String ran = committed.digest();
    if (ran != null && !ran.equals(permittedDigest.value())) {
      throw ExecutionFault.unknown(
          "the target's record of this action does not fit it", Probe.LEDGER);
    }
    Outcome outcome =
        recorder
            .committed(id, committed.fence())
            .orElseThrow(
                () ->
                    ExecutionFault.unknown(
                        "the target has executed it, but the control database knows nothing",
                        Probe.LEDGER));
    return new Executed(close(committed.fence(), outcome, recorder).status(), true);
  }

  private Verdict requirePermit() throws ExecutionFault {
    Verdict verdict = row.verdict();
    if (!permitted || verdict == null) {
      throw ExecutionFault.of(Kind.NOT_PERMITTED, "what is stored is not what was approved");
    }
    return verdict;
  }

  private Purpose purpose(@Nullable Verdict verdict) {
    return Purpose.execute(statementClass, id, fence, timeout(verdict));
  }

  private Duration timeout(@Nullable Verdict verdict) {
    Duration timeout = Duration.ofMillis(row.limits().statementTimeoutMillis());
    Duration tighter = verdict == null ? null : verdict.statementTimeout();
    if (tighter != null && tighter.compareTo(timeout) < 0) {
      timeout = tighter;
    }
    return timeout;
  }
}
