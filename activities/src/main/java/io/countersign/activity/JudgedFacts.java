package io.countersign.activity;

import io.countersign.action.Target;
import io.countersign.policy.Facts;
import io.countersign.sql.Analysis;
import io.countersign.store.ActionRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the policy may know of an action: only what we established ourselves (R8). */
final class JudgedFacts {
  private JudgedFacts() {}

  static Facts of(
      ActionRow row,
      Target target,
      Analysis analysis,
      List<String> tags,
      @Nullable Long estimatedRows) {
    return new Facts(
        row.kind(),
        row.target(),
        target.environment(),
        row.requester().type().wireName(),
        row.requester().id(),
        row.requesterGroups(),
        analysis.statementClass().wireName(),
        analysis.statements(),
        analysis.tables(),
        analysis.columns(),
        tags,
        analysis.functions(),
        estimatedRows,
        analysis.unboundedWrite(),
        analysis.reversible().wireName(),
        !analysis.isComplete());
  }
}
