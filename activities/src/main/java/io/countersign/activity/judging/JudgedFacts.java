package io.countersign.activity.judging;

import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.Proposal;
import io.countersign.action.Target;
import io.countersign.policy.Facts;
import io.countersign.sql.Analysis;
import io.countersign.sql.Understanding;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the policy may know of an action: only what we established ourselves (R8). */
public final class JudgedFacts {
  private JudgedFacts() {}

  public static Facts of(
      Proposal proposal,
      List<String> requesterGroups,
      Target target,
      Understanding understood,
      Facts.@Nullable Grant grant) {
    Analysis analysis = understood.analysis();
    return new Facts(
        proposal.kind().wireName(),
        target.name(),
        target.environment(),
        proposal.requester().type().wireName(),
        proposal.requester().id(),
        requesterGroups,
        analysis.statementClass().wireName(),
        analysis.statements(),
        tables(understood),
        understood.resolution().columns(),
        understood.tags(),
        analysis.functions(),
        understood.estimatedRows(),
        analysis.unboundedWrite(),
        analysis.reversible().wireName(),
        !analysis.isComplete(),
        grant,
        proposal.arguments() instanceof ChangeInfrastructure change ? change.operation() : null);
  }

  /** What the catalogue found; where that is not all, also the names as they are written. */
  private static List<String> tables(Understanding understood) {
    TreeSet<String> tables = new TreeSet<>(understood.resolution().tables());
    if (!understood.resolution().isComplete()) {
      tables.addAll(understood.analysis().tables());
    }
    return List.copyOf(tables);
  }
}
