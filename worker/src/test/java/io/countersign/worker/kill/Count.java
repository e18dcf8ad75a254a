package io.countersign.worker.kill;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.audit.Receipt;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.Verification;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Outcome;
import io.countersign.store.evidence.TimelineItem;
import io.countersign.store.verification.AuditReport;
import io.countersign.worker.kill.Figures.Finding;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares what is said of an action with what took effect. */
final class Count {
  private static final String NO_LOCK = "55P03";

  private final ControlSide control;
  private final TargetSide target;
  private final Form form;
  private final Figures figures;
  private final Map<ActionId, Round> rounds = new HashMap<>();

  Count(ControlSide control, TargetSide target, Form form, Figures figures) {
    this.control = control;
    this.target = target;
    this.form = form;
    this.figures = figures;
  }

  void add(Round round, Approved action) {
    rounds.put(action.id(), round);
    ActionRow row = Patience.untilItAnswers(() -> control.row(action.id()));
    figures.counted(row.status().name());
    look(action, row);
  }

  /** Late effects are effects, too; and now all evidence is looked at. */
  void again(List<Approved> actions) {
    Patience.untilItAnswers(
        () -> {
          control.integrate();
          return true;
        });
    actions.forEach(action -> look(action, control.row(action.id())));
    actions.forEach(this::evidence);
    if (!(control.verify() instanceof AuditReport.Intact)) {
      figures.found(Finding.EVIDENCE, "log", "the log: " + control.verify());
    }
    if (control.openAttempts() > 0) {
      figures.found(Finding.EVIDENCE, "attempts", control.openAttempts() + " attempts stay open");
    }
  }

  private void look(Approved action, ActionRow row) {
    long effects = target.effects(action.key());
    int units = action.statement().units();
    String what = row.status() + " with " + effects + " of " + units + " effects";
    if (effects > Math.max(units, 0) && units > 0) {
      found(Finding.DOUBLE, action, what);
    }
    switch (row.status()) {
      case SUCCEEDED -> {
        if (effects < Math.max(units, 1)) {
          found(Finding.LOST, action, what);
        }
        result(action, row);
      }
      case FAILED -> {
        if (effects > 0) {
          found(Finding.FAILED_WITH_EFFECT, action, what);
        } else if (action.statement().end() == ActionStatus.SUCCEEDED && !lacksLock(action, row)) {
          found(Finding.FAILED_FOR_NOTHING, action, what + ", " + row.error());
        }
      }
      case NEEDS_RECONCILIATION -> found(Finding.UNKNOWN, action, what);
      case EVALUATING,
          REFUSED,
          PENDING_REVIEW,
          DENIED,
          EXPIRED,
          CANCELLED,
          REVOKED,
          LAPSED,
          APPROVED,
          EXECUTING ->
          found(Finding.STUCK, action, what);
    }
  }

  /** Where several want one row, one of them may be told that it did not get the lock. */
  private static boolean lacksLock(Approved action, ActionRow row) {
    ActionError error = row.error();
    return action.statement() == Countable.CONTENDED
        && error != null
        && error.message().contains(NO_LOCK);
  }

  private void result(Approved action, ActionRow row) {
    Outcome outcome = row.outcome();
    if (outcome == null) {
      found(Finding.RESULT, action, "no outcome");
      return;
    }
    String rows = control.result(action.id());
    boolean fits =
        action.statement().returnsRows()
            ? rows != null && rows.contains("\"rows\":[[") && outcome.rows() == 1
            : rows == null && outcome.resultSha256() == null;
    if (!fits && !form.guarantee().equals(KilledMain.NAIVE)) {
      found(Finding.RESULT, action, "the stored result does not fit: " + outcome);
    }
  }

  private void evidence(Approved action) {
    List<String> types =
        control.log().timeline(action.id()).stream().map(TimelineItem::type).toList();
    String end =
        switch (control.row(action.id()).status()) {
          case SUCCEEDED -> "action.succeeded";
          case FAILED -> "action.failed";
          default -> "action.unknown";
        };
    List<String> expected = List.of("action.submitted", "action.approved", "action.executing", end);
    if (!types.equals(expected)) {
      found(Finding.EVIDENCE, action, "evidence is " + types);
    }
    var verification =
        control
            .log()
            .receipt(action.id())
            .map(Receipt::text)
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .map(text -> ReceiptVerifier.verify(text, control.log().keys()));
    if (!(verification.orElse(null) instanceof Verification.Valid valid)
        || !valid.actionId().equals(action.id())
        || !valid.outcome().equals(end)) {
      found(Finding.RECEIPT, action, "the receipt says " + verification);
    }
  }

  private void found(Finding finding, Approved action, String what) {
    String note = action.statement() + " of " + rounds.get(action.id()) + ": " + what;
    figures.found(finding, action.id().value(), note);
  }
}
