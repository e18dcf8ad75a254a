package io.countersign.activity;

import io.countersign.action.Proposal;
import io.countersign.action.Target;
import io.countersign.policy.Facts;
import io.countersign.sql.Analysis;
import io.countersign.sql.Understanding;
import java.util.List;

/** What the policy may know of an action: only what we established ourselves (R8). */
final class JudgedFacts {
  private JudgedFacts() {}

  static Facts of(
      Proposal proposal, List<String> requesterGroups, Target target, Understanding understood) {
    Analysis analysis = understood.analysis();
    return new Facts(
        proposal.kind(),
        target.name(),
        target.environment(),
        proposal.requester().type().wireName(),
        proposal.requester().id(),
        requesterGroups,
        analysis.statementClass().wireName(),
        analysis.statements(),
        understood.resolution().tables(),
        understood.resolution().columns(),
        understood.tags(),
        analysis.functions(),
        understood.estimatedRows(),
        analysis.unboundedWrite(),
        analysis.reversible().wireName(),
        !analysis.isComplete(),
        null,
        null);
  }
}
