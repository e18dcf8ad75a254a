package io.countersign.activity.execution;

import io.countersign.action.ApplyMigration;
import io.countersign.action.Statement;
import io.countersign.activity.targets.Differences;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.NativeStatement;
import io.countersign.activity.targets.TargetSession;
import io.countersign.policy.Verdict;
import io.countersign.sql.TransactionParts.Part;
import io.countersign.store.action.ActionRow;
import java.util.List;

/**
 * Runs the statements of one part of a migration one after the other; a failure names its step and
 * takes all of the part back.
 */
final class MigrationWork implements Work {
  private final ActionRow row;
  private final List<Statement> steps;
  private final Part part;
  private final long earlierRows;
  private final Verdict verdict;
  private final Meanings meanings;

  /**
   * @param earlierRows that earlier parts changed
   */
  MigrationWork(
      ActionRow row,
      ApplyMigration migration,
      Part part,
      long earlierRows,
      Verdict verdict,
      Meanings meanings) {
    this.row = row;
    this.steps = migration.steps();
    this.part = part;
    this.earlierRows = earlierRows;
    this.verdict = verdict;
    this.meanings = meanings;
  }

  @Override
  public boolean isOutsideTransaction() {
    return part.isOutside();
  }

  @Override
  public Done run(TargetSession session) throws ExecutionFault {
    if (part.from() == 0) {
      // Its own statements change the catalogue, so the comparison comes before the first.
      Differences.refuseAny(session.meaning(meanings, row.proposal()), row.resolution());
    }
    long changed = 0;
    for (int i = part.from(); i < part.to(); i++) {
      try {
        changed += step(session, steps.get(i));
        requireFew(earlierRows + changed);
      } catch (ExecutionFault fault) {
        throw fault.at("step " + (i + 1) + " of " + steps.size());
      }
    }
    return new Done(changed, null);
  }

  private long step(TargetSession session, Statement step) throws ExecutionFault {
    NativeStatement.Answer answer = session.run(step, row.limits().maxRows());
    if (!part.isOutside()) {
      // The answer also tells that the transaction is still our own.
      var unused = session.rowsChanged();
    }
    if (answer.tooMuch()) {
      throw ExecutionFault.of(Kind.TOO_MUCH, "it returns more bytes than a result may have");
    }
    return answer.fields() == null ? answer.changed() : 0;
  }

  private void requireFew(long changed) throws ExecutionFault {
    Integer limit = verdict.maxRows();
    if (limit != null && changed > limit) {
      throw ExecutionFault.of(Kind.TOO_MUCH, "more than the approved " + limit + " rows");
    }
  }
}
