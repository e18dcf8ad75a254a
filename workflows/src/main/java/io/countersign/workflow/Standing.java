package io.countersign.workflow;

import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.Requirement;
import io.countersign.action.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Where an action stands when its workflow takes it up or judges it again: from our own tables, so
 * that a lost engine loses nothing. No SQL, no rows, no reasons, no names.
 *
 * @param statementClass for operators, for example {@code write}
 * @param requirement the seats to fill
 * @param denialsNeeded distinct people who must deny to end it
 * @param votes counted so far
 * @param deadline end of the wait for reviewers, or null outside review
 * @param executeBefore end of the approval, or null before it
 * @param approvedFor how long an approval lasts
 * @param remindAt finite, in order, absolute
 */
public record Standing(
    ActionStatus status,
    Digest digest,
    String statementClass,
    List<String> tags,
    Requirement requirement,
    int denialsNeeded,
    List<Vote> votes,
    @Nullable Instant deadline,
    @Nullable Instant executeBefore,
    Duration approvedFor,
    List<Instant> remindAt,
    List<Escalation> escalations) {

  /** When more people are told or stronger alternatives are added. */
  public record Escalation(Instant at, int step, List<SortedMap<String, Integer>> alternatives) {}
}
