package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.activity.execution.ExecutionRecorder.Failure;
import io.countersign.activity.export.Exports;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.judging.Judge;
import io.countersign.activity.judging.Recheck;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionError.Retry;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ResultVault;
import io.countersign.workflow.ExecutionActivities;
import io.temporal.failure.ApplicationFailure;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs approved statements exactly once; see the steps in {@link Execution}. */
public final class ExecutionActivitiesImpl implements ExecutionActivities {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutionActivitiesImpl.class);
  private static final int MAX_CONFLICTS = 5;
  private static final String CANCELLED = "57014";
  private static final Set<ActionStatus> STARTABLE =
      Set.of(ActionStatus.APPROVED, ActionStatus.EXECUTING);

  private final ExecutionRecorder recorder;
  private final Map<String, TargetDatabase> targets;
  private final Operations operations;
  private final Meanings meanings;
  private final Gate gate;
  private final Exports exports;
  private final ExecutionProbe probe;

  /**
   * @param targets by name
   */
  public ExecutionActivitiesImpl(
      Jdbi jdbi,
      ActionStore store,
      ResultVault vault,
      Exports exports,
      Map<String, TargetDatabase> targets,
      Operations operations,
      Judge judge,
      Recheck recheck,
      Clock clock) {
    this(
        jdbi,
        store,
        vault,
        exports,
        targets,
        operations,
        judge::resolve,
        recheck::beforeStart,
        clock,
        ExecutionProbe.NONE);
  }

  /** Where no operations are declared. */
  ExecutionActivitiesImpl(
      Jdbi jdbi,
      ActionStore store,
      ResultVault vault,
      Exports exports,
      Map<String, TargetDatabase> targets,
      Meanings meanings,
      Gate gate,
      Clock clock,
      ExecutionProbe probe) {
    this(jdbi, store, vault, exports, targets, Operations.none(), meanings, gate, clock, probe);
  }

  ExecutionActivitiesImpl(
      Jdbi jdbi,
      ActionStore store,
      ResultVault vault,
      Exports exports,
      Map<String, TargetDatabase> targets,
      Operations operations,
      Meanings meanings,
      Gate gate,
      Clock clock,
      ExecutionProbe probe) {
    this.recorder = new ExecutionRecorder(jdbi, store, vault, clock);
    this.targets = Map.copyOf(targets);
    this.operations = operations;
    this.meanings = meanings;
    this.gate = gate;
    this.exports = exports;
    this.probe = probe;
  }

  @Override
  public Executed execute(ActionId id, Digest permitted) {
    try {
      for (int conflicts = 0; ; conflicts++) {
        try {
          return attempt(id, permitted, conflicts == MAX_CONFLICTS);
        } catch (TryAgain again) {
          Thread.sleep(ThreadLocalRandom.current().nextInt(10, 20 << conflicts));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw retryable(id, Code.UNAVAILABLE.name());
    } catch (ApplicationFailure e) {
      throw e;
    } catch (RuntimeException e) {
      // A driver's message may quote data: only its class is logged, and the cause stays here.
      LOG.warn("execution of {} met {}", id, e.getClass().getName());
      throw retryable(id, Code.UNAVAILABLE.name());
    }
  }

  private Executed attempt(ActionId id, Digest permitted, boolean last) throws TryAgain {
    ActionRow row =
        recorder
            .find(id)
            .orElseThrow(
                () -> ApplicationFailure.newNonRetryableFailure(id.value(), Code.NOT_FOUND.name()));
    return switch (row.status()) {
      case APPROVED -> start(row, permitted, last);
      case EXECUTING -> run(row, permitted, last);
      case EVALUATING,
          REFUSED,
          PENDING_REVIEW,
          DENIED,
          EXPIRED,
          CANCELLED,
          REVOKED,
          LAPSED,
          SUCCEEDED,
          FAILED,
          NEEDS_RECONCILIATION ->
          standing(row);
    };
  }

  private Executed start(ActionRow row, Digest permitted, boolean last) throws TryAgain {
    Instant deadline = row.executeBefore();
    if (deadline != null && recorder.now().isAfter(deadline)) {
      boolean lapsed = recorder.lapse(row);
      return lapsed ? new Executed(ActionStatus.LAPSED, false) : standing(row.id());
    }
    if (!isPermitted(row, permitted)) {
      Failure failure = permitInvalid();
      boolean failed = recorder.fail(row, Set.of(ActionStatus.APPROVED), null, 0, failure);
      return failed ? new Executed(ActionStatus.FAILED, false) : standing(row.id());
    }
    gate.beforeStart(row.id());
    ActionRow now = recorder.find(row.id()).orElseThrow();
    // Another attempt may have passed the gate and started meanwhile.
    boolean mayRun = STARTABLE.contains(now.status());
    return mayRun ? run(now, permitted, last) : standing(now);
  }

  private Executed run(ActionRow row, Digest permitted, boolean last) throws TryAgain {
    OptionalLong fence = recorder.takeFence(row);
    if (fence.isEmpty()) {
      return standing(row.id());
    }
    probe.reached(ExecutionProbe.Step.FENCED, row.id());
    TargetDatabase target = targets.get(row.target());
    Execution execution =
        new Execution(
            row,
            permitted,
            isPermitted(row, permitted),
            fence.getAsLong(),
            meanings,
            operations,
            exports);
    try {
      if (target == null) {
        throw ExecutionFault.of(
            ExecutionFault.Kind.NO_CREDENTIAL, "the target is not configured any more");
      }
      return execution.run(target, recorder, probe);
    } catch (ExecutionFault fault) {
      boolean isCancelled = CANCELLED.equals(fault.sqlState()) && recorder.isStopAsked(row.id());
      ExecutionFault met =
          isCancelled
              ? ExecutionFault.of(ExecutionFault.Kind.STOPPED, "it was stopped while it ran")
              : fault;
      return settle(row, execution, met, last);
    }
  }

  private Executed settle(ActionRow row, Execution execution, ExecutionFault fault, boolean last)
      throws TryAgain {
    LOG.info("execution of {} met {}, sqlstate {}", row.id(), fault.kind(), fault.sqlState());
    @Nullable Failure failure =
        switch (fault.kind()) {
          case UNREACHABLE -> throw retryable(row.id(), Code.UNAVAILABLE.name());
          case SUPERSEDED -> null;
          case CONFLICT -> {
            if (!last) {
              throw new TryAgain();
            }
            yield failure(Code.SQL_ERROR, fault, Retry.AFTER);
          }
          case LOCKED -> {
            if (execution.guarantee() == null) {
              // An attempt that nobody recorded holds the marker; it ends with its connection.
              throw retryable(row.id(), Code.UNAVAILABLE.name());
            }
            yield failure(Code.SQL_ERROR, fault, Retry.AFTER);
          }
          case STATEMENT -> failure(Code.SQL_ERROR, fault, Retry.NEVER);
          case CATALOGUE_CHANGED -> failure(Code.CATALOGUE_CHANGED, fault, Retry.RESUBMIT);
          case TOO_MUCH -> failure(Code.ROW_LIMIT, fault, Retry.RESUBMIT);
          case DECLINED -> failure(Code.OPERATION_FAILED, fault, Retry.AFTER);
          case NOT_PERMITTED -> permitInvalid();
          case STOPPED -> failure(Code.CANCELLED, fault, Retry.RESUBMIT);
          case NO_CREDENTIAL, NO_PROOF -> failure(Code.UNAVAILABLE, fault, Retry.AFTER);
          case UNKNOWN_OUTCOME -> {
            recorder.unknown(row, execution.guarantee(), execution.fence(), fault);
            yield null;
          }
        };
    if (failure == null) {
      return ended(row.id());
    }
    if (!execution.isAlone() && !recorder.openAttempts(row.id()).isEmpty()) {
      // An earlier attempt may have committed: nobody may say that it failed before looking.
      throw retryable(row.id(), Code.UNAVAILABLE.name());
    }
    boolean failed =
        recorder.fail(
            row, Set.of(ActionStatus.EXECUTING), execution.guarantee(), execution.fence(), failure);
    return failed ? new Executed(ActionStatus.FAILED, false) : ended(row.id());
  }

  /** Where the action stands; tried again where another attempt goes on. */
  private Executed ended(ActionId id) {
    Executed now = standing(id);
    if (now.status() == ActionStatus.EXECUTING) {
      throw retryable(id, "SUPERSEDED");
    }
    return now;
  }

  /** The stored bytes, the stored digest and the approved digest are one; and it was judged. */
  private static boolean isPermitted(ActionRow row, Digest permitted) {
    return row.analysis() != null
        && row.verdict() != null
        && row.digest().equals(permitted)
        && row.proposal().digest().equals(permitted);
  }

  private static Failure permitInvalid() {
    return new Failure(
        new ActionError(
            Code.PERMIT_INVALID,
            "what is stored is not what was approved, nothing ran",
            Retry.RESUBMIT),
        null);
  }

  private static Failure failure(Code code, ExecutionFault fault, Retry retry) {
    return new Failure(new ActionError(code, fault.words(), retry), fault.sqlState());
  }

  private Executed standing(ActionId id) {
    return standing(recorder.find(id).orElseThrow());
  }

  private static Executed standing(ActionRow row) {
    ActionStatus status = row.status();
    boolean done = status.isTerminal() || status == ActionStatus.NEEDS_RECONCILIATION;
    return new Executed(status, done);
  }

  private static ApplicationFailure retryable(ActionId id, String type) {
    return ApplicationFailure.newFailure(id.value(), type);
  }

  /** Inside the bound, the whole transaction is tried again. */
  private static final class TryAgain extends Exception {
    private static final long serialVersionUID = 1;

    private TryAgain() {
      super(null, null, false, false);
    }
  }
}
