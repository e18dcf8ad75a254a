package io.countersign.action;

import java.util.Set;

/**
 * One person's counted decision.
 *
 * @param groups the policy groups the person held when the vote was recorded
 */
public record Vote(String voteId, String personId, Decision decision, Set<String> groups) {
  public Vote {
    groups = Set.copyOf(groups);
  }
}
