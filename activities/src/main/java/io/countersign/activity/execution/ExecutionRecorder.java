package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.ActionKind;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.activity.grant.RoleGrants;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.Identity;
import io.countersign.activity.targets.Identity.Incarnation;
import io.countersign.activity.targets.Proof;
import io.countersign.audit.Event;
import io.countersign.audit.Event.Actor;
import io.countersign.audit.Event.Effect;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.ExecutionDao;
import io.countersign.store.action.ExecutionDao.Attempt;
import io.countersign.store.action.ExecutionEntry;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.ReconciliationDao;
import io.countersign.store.result.ArtifactDao;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultDao;
import io.countersign.store.result.ResultTable;
import io.countersign.store.result.ResultVault;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What the control database learns of an execution, each step in one transaction. */
final class ExecutionRecorder {
  private static final Set<ActionStatus> STARTED = Set.of(ActionStatus.EXECUTING);

  private final Jdbi jdbi;
  private final ActionStore store;
  private final ResultVault vault;
  private final Clock clock;
  private final RoleGrants grants;

  ExecutionRecorder(Jdbi jdbi, ActionStore store, ResultVault vault, Clock clock) {
    this.jdbi = jdbi;
    this.store = store;
    this.vault = vault;
    this.clock = clock;
    this.grants = new RoleGrants(jdbi, store, clock);
  }

  RoleGrants grants() {
    return grants;
  }

  Instant now() {
    return clock.instant();
  }

  Optional<ActionRow> find(ActionId id) {
    return store.find(id);
  }

  /** Takes the next fence, with evidence when it is the first; empty where it may not execute. */
  OptionalLong takeFence(ActionRow row) {
    Instant at = now();
    return jdbi.inTransaction(
        handle -> {
          Event event = event(row, EventType.ACTION_EXECUTING, at, null, Map.of());
          store.transition(
              handle,
              row.id(),
              Set.of(ActionStatus.APPROVED),
              ActionStatus.EXECUTING,
              Change.NONE,
              event);
          return handle
              .attach(ActionDao.class)
              .takeFence(row.id().value(), at)
              .map(OptionalLong::of)
              .orElseGet(OptionalLong::empty);
        });
  }

  /** Empty where a newer attempt took the fence. */
  Optional<Attempt> open(ActionId id, long fence, int part, Proof proof, Identity identity) {
    Incarnation incarnation = identity.incarnation();
    Attempt attempt =
        new Attempt(
            id.value(),
            fence,
            part,
            now(),
            identity.backendPid(),
            identity.backendStart(),
            proof.guarantee(),
            identity.xid(),
            incarnation == null ? null : incarnation.systemIdentifier(),
            incarnation == null ? null : incarnation.timeline(),
            null,
            null);
    int opened = jdbi.inTransaction(handle -> handle.attach(ExecutionDao.class).open(attempt));
    return opened == 1 ? Optional.of(attempt) : Optional.empty();
  }

  /** The attempts that took effect, one for each part. */
  List<Attempt> done(ActionId id) {
    return jdbi.withExtension(ExecutionDao.class, attempts -> attempts.committed(id.value()));
  }

  /** Rows that they changed. */
  static long rows(List<Attempt> done) {
    return done.stream().map(Attempt::rowCount).filter(Objects::nonNull).mapToLong(n -> n).sum();
  }

  /**
   * Closes one part of a migration as committed and goes on to the next.
   *
   * @param attempt the fence that it committed with
   * @param fence our own
   * @return the next fence; empty where somebody else goes on
   */
  OptionalLong partDone(ActionId id, long attempt, long fence) {
    Instant at = now();
    return jdbi.inTransaction(
        handle -> {
          // Whoever took the fence finds out by itself, and attempts that are open are its own.
          Optional<Long> next = handle.attach(ActionDao.class).nextFence(id.value(), fence, at);
          if (next.isEmpty()) {
            return OptionalLong.empty();
          }
          handle.attach(ExecutionDao.class).committed(id.value(), attempt);
          return OptionalLong.of(next.get());
        });
  }

  /** An earlier attempt is proven to have had no effect. */
  void aborted(Attempt attempt) {
    jdbi.useExtension(
        ExecutionDao.class, attempts -> attempts.aborted(attempt.actionId(), attempt.fence()));
  }

  List<Attempt> openAttempts(ActionId id) {
    return jdbi.withExtension(ExecutionDao.class, attempts -> attempts.open(id.value()));
  }

  /**
   * Keeps what the attempt did, before its COMMIT is sent. After this nobody stops it any more.
   *
   * @return false where a newer attempt counted it as aborted, or somebody asked to stop it
   */
  boolean pending(
      ActionId id,
      long fence,
      long rows,
      @Nullable ResultTable table,
      ResultTable.@Nullable Written text) {
    return jdbi.inTransaction(
        handle -> {
          Long bytes = text == null ? null : text.bytes();
          if (handle.attach(ExecutionDao.class).ran(id.value(), fence, rows, bytes) == 0) {
            return false;
          }
          if (table != null && text != null) {
            vault.put(handle, id, fence, false, table, text);
          }
          return true;
        });
  }

  boolean isStopAsked(ActionId id) {
    return jdbi.withExtension(ExecutionDao.class, attempts -> attempts.isStopAsked(id.value()));
  }

  /** What a committed attempt had stored before its COMMIT; empty where nothing is known of it. */
  Optional<Outcome> committed(ActionId id, long fence) {
    return jdbi.withHandle(
        handle ->
            handle
                .attach(ExecutionDao.class)
                .find(id.value(), fence)
                .flatMap(attempt -> attempt.outcome(handle)));
  }

  /** Closes a read: its result, the action and the evidence. */
  boolean succeedRead(
      ActionRow row, long fence, Outcome outcome, ResultTable table, ResultTable.Written text) {
    return jdbi.inTransaction(
        handle -> {
          // Another attempt's rows must not stand beside this one's digest.
          if (handle.attach(ActionDao.class).lockFence(row.id().value()) != fence) {
            return false;
          }
          vault.put(handle, row.id(), fence, true, table, text);
          return close(handle, row, fence, outcome, null);
        });
  }

  /** Closes an export: its file counts from now on. */
  boolean succeedExport(
      ActionRow row,
      long fence,
      Outcome outcome,
      ArtifactVault artifacts,
      ArtifactVault.Written file) {
    return jdbi.inTransaction(
        handle -> {
          if (handle.attach(ActionDao.class).lockFence(row.id().value()) != fence
              || !close(handle, row, fence, outcome, null)) {
            return false;
          }
          if (!artifacts.complete(handle, row.id(), file)) {
            throw new IllegalStateException("the file of this attempt is not whole");
          }
          return true;
        });
  }

  /** Closes a committed attempt, the action and the evidence; false where that was done before. */
  boolean succeed(ActionRow row, long fence, Outcome outcome, @Nullable String warning) {
    return jdbi.inTransaction(handle -> succeed(handle, row, fence, outcome, warning));
  }

  private boolean succeed(
      Handle handle, ActionRow row, long fence, Outcome outcome, @Nullable String warning) {
    List<Attempt> done = handle.attach(ExecutionDao.class).committed(row.id().value());
    if (!close(handle, row, fence, whole(outcome, done), warning)) {
      return false;
    }
    handle.attach(ExecutionDao.class).committed(row.id().value(), fence);
    ResultDao results = handle.attach(ResultDao.class);
    results.confirm(row.id().value(), fence);
    results.discardPending(row.id().value());
    return true;
  }

  /** With what earlier parts did, under the weakest guarantee of all. */
  private static Outcome whole(Outcome last, List<Attempt> done) {
    String weakest = last.guarantee();
    for (Attempt attempt : done) {
      weakest = Proof.weaker(weakest, attempt.guarantee());
    }
    return new Outcome(
        rows(done) + last.rows(),
        weakest,
        last.executedAt(),
        last.resultSha256(),
        last.bytes(),
        last.operated());
  }

  private boolean close(
      Handle handle, ActionRow row, long fence, Outcome outcome, @Nullable String warning) {
    Map<String, Object> details = ExecutionEntry.details(handle, row, outcome.guarantee(), fence);
    details.put("rows", outcome.rows());
    details.put("executed_at", outcome.executedAt().toString());
    if (outcome.resultSha256() != null) {
      details.put("result_sha256", outcome.resultSha256());
    }
    if (warning != null) {
      details.put("warning", warning);
    }
    if (row.kind() == ActionKind.EXPORT_DATA) {
      details.put("bytes", outcome.bytes());
    }
    if (outcome.operated() != null) {
      details.put("operated", outcome.operated().details());
    }
    Event event = event(row, EventType.ACTION_SUCCEEDED, now(), null, details);
    Change change = Change.NONE.withOutcome(outcome);
    boolean closed =
        store.transition(handle, row.id(), STARTED, ActionStatus.SUCCEEDED, change, event);
    if (closed) {
      grants.began(handle, row);
    }
    return closed;
  }

  /**
   * Closes an execution of which nothing took effect; false where that was done before, or where a
   * newer attempt took the fence, which may take effect.
   *
   * @param fence 0 where nothing was attempted
   */
  boolean fail(
      ActionRow row,
      Set<ActionStatus> from,
      @Nullable String guarantee,
      long fence,
      Failure failure) {
    return jdbi.inTransaction(
        handle -> {
          if (handle.attach(ActionDao.class).lockFence(row.id().value()) != fence) {
            return false;
          }
          Map<String, Object> details = ExecutionEntry.details(handle, row, guarantee, fence);
          details.put("rows", rows(handle.attach(ExecutionDao.class).committed(row.id().value())));
          if (failure.sqlState() != null) {
            details.put("sqlstate", failure.sqlState());
          }
          Event event = event(row, EventType.ACTION_FAILED, now(), failure.error().code(), details);
          Change change = Change.NONE.withError(failure.error());
          if (!store.transition(handle, row.id(), from, ActionStatus.FAILED, change, event)) {
            return false;
          }
          handle.attach(ExecutionDao.class).aborted(row.id().value(), fence);
          handle.attach(ResultDao.class).discardPending(row.id().value());
          handle.attach(ArtifactDao.class).discardUnfinished(row.id().value(), Long.MAX_VALUE);
          return true;
        });
  }

  /** Why an execution failed, in words the agent may read. */
  record Failure(ActionError error, @Nullable String sqlState) {}

  /** Hands over to people what cannot be known from here, with what they need to find out. */
  boolean unknown(ActionRow row, @Nullable String guarantee, long fence, ExecutionFault fault) {
    Instant at = now();
    return jdbi.inTransaction(
        handle -> {
          if (handle.attach(ActionDao.class).lockFence(row.id().value()) != fence) {
            return false;
          }
          Attempt doubted =
              handle.attach(ExecutionDao.class).open(row.id().value()).stream()
                  .findFirst()
                  .orElse(null);
          String applied = doubted == null ? guarantee : doubted.guarantee();
          Map<String, Object> details = ExecutionEntry.details(handle, row, applied, fence);
          details.put("why", fault.words());
          ActionError error =
              new ActionError(Code.OUTCOME_UNKNOWN, fault.words(), ActionError.Retry.NEVER);
          if (!store.transition(
              handle,
              row.id(),
              STARTED,
              ActionStatus.NEEDS_RECONCILIATION,
              Change.NONE.withError(error),
              event(row, EventType.ACTION_UNKNOWN, at, Code.OUTCOME_UNKNOWN, details))) {
            return false;
          }
          handle
              .attach(ReconciliationDao.class)
              .insert(Doubts.describe(row, fence, doubted, fault, at));
          return true;
        });
  }

  /** The approval's time was over before anything started. */
  boolean lapse(ActionRow row) {
    return store.transition(
        row.id(),
        Set.of(ActionStatus.APPROVED),
        ActionStatus.LAPSED,
        Change.NONE,
        event(row, EventType.ACTION_LAPSED, now(), null, Map.of()));
  }

  private static Event event(
      ActionRow row, EventType type, Instant at, @Nullable Code code, Map<String, Object> details) {
    return new Event(
        at,
        type,
        row.id(),
        row.revision(),
        row.digest(),
        row.verdict() == null ? null : row.verdict().policyVersion(),
        Actor.SYSTEM,
        row.requester().onBehalfOf(),
        Effect.CHANGED,
        code == null ? null : code.name(),
        null,
        details);
  }
}
