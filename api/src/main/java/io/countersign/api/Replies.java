package io.countersign.api;

import io.countersign.action.Tally;
import io.countersign.action.Vote;
import io.countersign.policy.Verdict;
import io.countersign.store.ActionRow;
import io.countersign.store.Ballot;
import io.countersign.store.BallotDao;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;

/** Renders actions for callers, with the seats filled so far. */
final class Replies {
  private final Jdbi jdbi;
  private final String publicUrl;

  Replies(Jdbi jdbi, String publicUrl) {
    this.jdbi = jdbi;
    this.publicUrl = publicUrl;
  }

  ActionReply of(ActionRow row) {
    return ActionReply.of(row, votes(row), publicUrl);
  }

  /** True while the votes neither approve nor deny. */
  boolean isOpen(ActionRow row) {
    Verdict verdict = row.verdict();
    int denials = verdict == null ? 1 : verdict.deny();
    return Tally.of(row.requirement(), denials, votes(row)).outcome() == Tally.Outcome.OPEN;
  }

  private List<Vote> votes(ActionRow row) {
    if (row.requirement().alternatives().isEmpty()) {
      return List.of();
    }
    return jdbi
        .withExtension(BallotDao.class, ballots -> ballots.counted(row.id().value()))
        .stream()
        .map(Replies::vote)
        .toList();
  }

  List<ActionReply> of(List<ActionRow> rows) {
    return rows.stream().map(this::of).toList();
  }

  private static Vote vote(Ballot ballot) {
    return new Vote(
        ballot.voteId(), ballot.personId(), ballot.decision(), Set.copyOf(ballot.groups()));
  }
}
