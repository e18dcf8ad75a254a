package io.countersign.activity.review;

import io.countersign.action.Requirement;
import io.countersign.action.Vote;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Ballot;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Tells the workflow where an action stands, from its row and its counted ballots. */
public final class Standings {
  private Standings() {}

  public static Standing of(ActionRow row, List<Ballot> counted) {
    Verdict verdict = row.verdict();
    Instant deadline = row.expiresAt();
    String statementClass =
        row.analysis() == null ? "unknown" : row.analysis().statementClass().wireName();
    if (verdict == null || deadline == null) {
      return new Standing(
          row.status(),
          row.digest(),
          statementClass,
          row.tags(),
          Requirement.NONE,
          1,
          List.of(),
          null,
          List.of(),
          List.of(),
          0);
    }
    Instant asked = deadline.minus(verdict.pendingFor());
    return new Standing(
        row.status(),
        row.digest(),
        statementClass,
        row.tags(),
        row.requirement(),
        verdict.deny(),
        votes(counted),
        deadline,
        verdict.remindAfter().stream().map(asked::plus).filter(deadline::isAfter).toList(),
        verdict.escalations().stream()
            .map(escalation -> new Standing.Escalation(asked.plus(escalation.after())))
            .toList(),
        row.escalationStep());
  }

  public static List<Vote> votes(List<Ballot> counted) {
    return counted.stream()
        .map(
            ballot ->
                new Vote(
                    ballot.voteId(),
                    ballot.personId(),
                    ballot.decision(),
                    Set.copyOf(ballot.groups())))
        .toList();
  }

  /** The ballot as it travels to the workflow. */
  public static SealedVote sealed(Ballot ballot) {
    return new SealedVote(
        ballot.voteId(),
        ballot.actionId(),
        ballot.digest(),
        ballot.personId(),
        ballot.decision(),
        ballot.channel(),
        ballot.receivedAt(),
        ballot.mac());
  }
}
