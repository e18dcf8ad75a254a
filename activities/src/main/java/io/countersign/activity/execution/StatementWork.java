package io.countersign.activity.execution;

import io.countersign.action.Statement;
import io.countersign.action.Target;
import io.countersign.activity.masking.ResultMask;
import io.countersign.activity.targets.Differences;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.NativeStatement;
import io.countersign.activity.targets.ResultColumn;
import io.countersign.activity.targets.TargetSession;
import io.countersign.policy.Verdict;
import io.countersign.sql.OutsideTransaction;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionRow;
import io.countersign.store.result.ResultTable;
import java.util.List;
import java.util.regex.Pattern;

/** Runs one approved statement within its limits, and makes sure that it meant what was judged. */
final class StatementWork implements Work {
  /** Without this word no statement can change rows in a part of it that its tag does not count. */
  private static final Pattern WITH = Pattern.compile("(?i)\\bwith\\b");

  private final ActionRow row;
  private final Statement statement;
  private final StatementClass statementClass;
  private final Verdict verdict;
  private final Target target;
  private final Meanings meanings;

  StatementWork(
      ActionRow row,
      Statement statement,
      StatementClass statementClass,
      Verdict verdict,
      Target target,
      Meanings meanings) {
    this.row = row;
    this.statement = statement;
    this.statementClass = statementClass;
    this.verdict = verdict;
    this.target = target;
    this.meanings = meanings;
  }

  @Override
  public boolean isOutsideTransaction() {
    return OutsideTransaction.isNeeded(statement.sql());
  }

  @Override
  public Done run(TargetSession session) throws ExecutionFault {
    NativeStatement.Answer answer = runAsJudged(session);
    boolean isRead = statementClass == StatementClass.READ;
    // Cut off in the middle its connection may be gone, and it is rolled back anyway.
    refuseTooMuch(answer, 0);
    // Asked of every change: the answer also tells that the transaction is still our own.
    long changed = isRead || isOutsideTransaction() ? 0 : session.rowsChanged();
    refuseTooMuch(answer, WITH.matcher(statement.sql()).find() ? changed : 0);
    if (answer.fields() == null && !isRead) {
      return new Done(answer.changed(), null);
    }
    List<ResultColumn> columns = session.describe(answer.fields());
    ResultTable table = new ResultMask(target, row, verdict).apply(columns, answer.rows());
    return new Done(table.rows().size(), table);
  }

  /**
   * The locks that a statement took keep its objects as they are until the end of the transaction,
   * so the comparison comes after it. One that is to change the catalogue itself is preceded by it.
   */
  private NativeStatement.Answer runAsJudged(TargetSession session) throws ExecutionFault {
    return switch (statementClass) {
      case READ, WRITE, UNKNOWN, EXPORT -> {
        NativeStatement.Answer answer = send(session);
        // Cut off in the middle, it is rolled back anyway.
        if (!answer.tooMuch()) {
          requireSameMeaning(session);
        }
        yield answer;
      }
      case DDL, ROLE, ADMIN -> {
        requireSameMeaning(session);
        yield send(session);
      }
    };
  }

  private NativeStatement.Answer send(TargetSession session) throws ExecutionFault {
    Long bytes = verdict.maxBytes();
    return session.run(statement, maxRows(), bytes == null ? Long.MAX_VALUE : bytes);
  }

  private void requireSameMeaning(TargetSession session) throws ExecutionFault {
    Differences.refuseAny(session.meaning(meanings, row.proposal()), row.resolution());
  }

  private void refuseTooMuch(NativeStatement.Answer answer, long hiddenChanges)
      throws ExecutionFault {
    int limit = maxRows();
    if (answer.tooMuch()
        || answer.rows().size() > limit
        || answer.changed() > limit
        || hiddenChanges > limit) {
      throw ExecutionFault.of(
          Kind.TOO_MUCH,
          "more than the approved " + limit + " rows or more bytes than a result may have");
    }
  }

  private int maxRows() {
    Integer tighter = verdict.maxRows();
    int limit = row.limits().maxRows();
    return tighter == null ? limit : Math.min(limit, tighter);
  }
}
