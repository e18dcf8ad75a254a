package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.ApplyMigration;
import io.countersign.action.Code;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.Subject;
import io.countersign.sql.TransactionParts;
import io.countersign.store.action.ExecutionDao.Attempt;
import io.countersign.store.result.ResultDao;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Executions in doubt, and what operators find out about them: each is decided once. */
public final class Reconciliations {
  private final Jdbi jdbi;
  private final ActionStore actions;

  public Reconciliations(Jdbi jdbi, ActionStore actions) {
    this.jdbi = jdbi;
    this.actions = actions;
  }

  /** Empty where the action was never in doubt. */
  public Optional<Reconciliation> find(ActionId id) {
    return jdbi.withExtension(ReconciliationDao.class, doubts -> doubts.find(id.value()));
  }

  /**
   * Ends the action as an operator found it, with the decision as its closing entry.
   *
   * @param executed whether it took effect
   * @param reason the operator's words; the evidence holds a commitment to them
   * @return false where somebody else has decided
   */
  public boolean decide(
      ActionRow row, boolean executed, Event.Actor operator, String reason, Instant at) {
    return jdbi.inTransaction(
        handle -> {
          ReconciliationDao doubts = handle.attach(ReconciliationDao.class);
          String decision = executed ? "executed" : "not_executed";
          String id = row.id().value();
          if (doubts.decide(id, decision, operator.id(), reason, at) == 0) {
            return false;
          }
          long fence = doubts.find(id).orElseThrow().fence();
          ExecutionDao attempts = handle.attach(ExecutionDao.class);
          Optional<Attempt> doubted = attempts.find(id, fence);
          Map<String, Object> details =
              ExecutionEntry.details(
                  handle, row, doubted.map(Attempt::guarantee).orElse(null), row.fence());
          details.put("decision", decision);
          details.put("reason", new Subject.Secret(operator.id(), reason));
          if (executed && isLastPart(row, doubted)) {
            succeed(handle, row, operator, doubted, details, at);
          } else {
            if (executed) {
              attempts.committed(id, fence);
            }
            fail(handle, row, operator, details, at);
          }
          return true;
        });
  }

  /** Of a migration in parts nothing follows a part in doubt, whatever became of it. */
  private static boolean isLastPart(ActionRow row, Optional<Attempt> doubted) {
    return doubted.isEmpty()
        || !(row.arguments() instanceof ApplyMigration migration)
        || doubted.get().part() == TransactionParts.of(migration.statements()).size();
  }

  private void succeed(
      Handle handle,
      ActionRow row,
      Event.Actor operator,
      Optional<Attempt> doubted,
      Map<String, Object> details,
      Instant at) {
    String id = row.id().value();
    Change change = Change.NONE;
    Optional<Outcome> outcome = doubted.flatMap(attempt -> attempt.outcome(handle));
    if (outcome.isPresent()) {
      change = change.withOutcome(outcome.get());
      details.put("rows", outcome.get().rows());
      details.put("executed_at", outcome.get().executedAt().toString());
      String sha256 = outcome.get().resultSha256();
      if (sha256 != null) {
        details.put("result_sha256", sha256);
      }
    }
    doubted.ifPresent(
        attempt -> {
          handle.attach(ExecutionDao.class).committed(id, attempt.fence());
          handle.attach(ResultDao.class).confirm(id, attempt.fence());
        });
    handle.attach(ResultDao.class).discardPending(id);
    end(handle, row, ActionStatus.SUCCEEDED, change, event(row, operator, null, details, at));
    handle.attach(ReconciliationDao.class).clearError(id);
  }

  private void fail(
      Handle handle, ActionRow row, Event.Actor operator, Map<String, Object> details, Instant at) {
    String id = row.id().value();
    ExecutionDao attempts = handle.attach(ExecutionDao.class);
    attempts.aborted(id, row.fence());
    int done = attempts.committed(id).size();
    String found =
        done == 0
            ? "an operator found that it did not take effect"
            : "an operator found that %s took effect and nothing after it"
                .formatted(stepsOf(row, done));
    ActionError error = new ActionError(Code.NOT_EXECUTED, found, ActionError.Retry.RESUBMIT);
    handle.attach(ResultDao.class).discardPending(id);
    details.put("rows", 0);
    end(
        handle,
        row,
        ActionStatus.FAILED,
        Change.NONE.withError(error),
        event(row, operator, Code.NOT_EXECUTED, details, at));
  }

  private static String stepsOf(ActionRow row, int parts) {
    if (row.arguments() instanceof ApplyMigration migration) {
      int to = TransactionParts.of(migration.statements()).get(parts - 1).to();
      return new TransactionParts.Part(0, to, false).steps();
    }
    throw new IllegalStateException("only a migration has parts");
  }

  private void end(Handle handle, ActionRow row, ActionStatus to, Change change, Event event) {
    Set<ActionStatus> doubt = Set.of(ActionStatus.NEEDS_RECONCILIATION);
    if (!actions.transition(handle, row.id(), doubt, to, change, event)) {
      throw new IllegalStateException("an undecided doubt belongs to an action in doubt");
    }
  }

  private static Event event(
      ActionRow row,
      Event.Actor operator,
      @Nullable Code code,
      Map<String, Object> details,
      Instant at) {
    return new Event(
        at,
        EventType.ACTION_RECONCILED,
        row.id(),
        row.revision(),
        row.digest(),
        row.verdict() == null ? null : row.verdict().policyVersion(),
        operator,
        row.requester().onBehalfOf(),
        Event.Effect.CHANGED,
        code == null ? null : code.name(),
        null,
        details);
  }
}
