package io.countersign.store.verification;

import io.countersign.audit.EventType;
import io.countersign.store.verification.StateDao.Cast;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The votes that an action counts, against those that its events leave in the count. */
final class VoteCheck {
  private VoteCheck() {}

  /** What is wrong with the votes first. */
  static Optional<String> of(List<Cast> ballots, List<Told> told, People people) {
    // Of what retention removed nobody can tell who voted.
    if (told.stream().anyMatch(event -> event.type().startsWith("vote.") && !event.isWhole())) {
      return Optional.empty();
    }
    Map<String, Told> counted = counted(told, people);
    for (Cast ballot : ballots) {
      Told vote = counted.remove(ballot.voteId());
      if (vote == null) {
        return Optional.of("counts the vote " + ballot.voteId());
      }
      boolean isAsCast =
          ballot.decision().equals(vote.detail("decision"))
              && ballot.digest().equals(vote.detail("voted_digest"))
              && ballot.channel().equals(vote.body().path("actor").path("channel").asText())
              && people.isCalled(ballot.personId(), vote.actor());
      if (!isAsCast) {
        return Optional.of("counts the vote " + ballot.voteId() + " as another one");
      }
    }
    return counted.keySet().stream().findFirst().map(vote -> "leaves out the vote " + vote);
  }

  /** By vote; a person's later vote takes the place of the earlier one. */
  private static Map<String, Told> counted(List<Told> told, People people) {
    Map<String, Told> counted = new LinkedHashMap<>();
    Map<String, String> byVoter = new HashMap<>();
    for (Told event : told) {
      if (event.is(EventType.VOTE_COUNTED)) {
        String earlier = byVoter.put(people.name(event.actor()), event.detail("vote"));
        if (earlier != null) {
          counted.remove(earlier);
        }
        counted.put(event.detail("vote"), event);
      } else if (event.is(EventType.VOTE_WITHDRAWN)) {
        // Who withdraws names the withdrawal; the policy names the vote that it takes out.
        String own = byVoter.get(people.name(event.actor()));
        counted.remove(own == null ? event.detail("vote") : own);
      }
    }
    return counted;
  }
}
