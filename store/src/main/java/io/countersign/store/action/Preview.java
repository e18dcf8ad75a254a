package io.countersign.store.action;

import io.countersign.action.Proposal;
import io.countersign.policy.Explanation;
import io.countersign.sql.Understanding;
import java.util.List;

/**
 * A question nobody has to act on: what would become of this proposal?
 *
 * @param requesterGroups the identity provider's groups of whoever asks
 */
public record Preview(Proposal proposal, List<String> requesterGroups) {

  /** What the worker found out, and what the policy would say. */
  public record Answer(Understanding understanding, Explanation explanation) {}
}
