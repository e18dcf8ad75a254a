package io.countersign.workflow;

import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.Requirement;
import io.countersign.action.Vote;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an action stands when its workflow takes it up or judges it again: from our own tables, so
 * that a lost engine loses nothing. No SQL, no rows, no reasons, no names.
 *
 * @param statementClass for operators, for example {@code write}
 * @param requirement the seats to fill, with those that escalation added
 * @param denialsNeeded distinct people who must deny to end it
 * @param votes that count so far
 * @param deadline end of the wait for reviewers, or null where nobody is asked
 * @param remindAt finite, in order, absolute
 * @param escalations in order
 * @param escalationsDone how many of them are recorded
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
    List<Instant> remindAt,
    List<Escalation> escalations,
    int escalationsDone) {

  /** When more people are told or stronger alternatives are added. */
  public record Escalation(Instant at) {}

  /** True if people were asked. */
  public boolean wasReviewed() {
    return deadline != null;
  }

  Standing as(ActionStatus next) {
    return new Standing(
        next,
        digest,
        statementClass,
        tags,
        requirement,
        denialsNeeded,
        votes,
        deadline,
        remindAt,
        escalations,
        escalationsDone);
  }

  Standing with(List<Vote> counted) {
    return new Standing(
        status,
        digest,
        statementClass,
        tags,
        requirement,
        denialsNeeded,
        counted,
        deadline,
        remindAt,
        escalations,
        escalationsDone);
  }
}
