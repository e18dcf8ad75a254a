package io.countersign.store.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which votes the events of an action leave in the count. */
class VoteCheckTest {
  private static final String BOB = "sub_" + "b".repeat(43);
  private static final People PEOPLE = new People(Map.of("bob", BOB), Set.of());

  private static Told vote(String type, String actor, String vote) {
    return Told.of(
        type,
        """
        {"actor":{"id":"%s","channel":"api"},
         "details":{"vote":"%s","decision":"approve","voted_digest":"d"}}
        """
            .formatted(actor, vote));
  }

  private static StateDao.Cast counted(String vote) {
    return new StateDao.Cast(vote, "act", "bob", "approve", "d", "api");
  }

  private static Optional<String> check(List<StateDao.Cast> ballots, Told... told) {
    return VoteCheck.of(ballots, List.of(told), PEOPLE);
  }

  @Test
  void laterVoteTakesThePlaceOfTheEarlierOne() {
    Told first = vote("vote.counted", BOB, "v1");
    Told second = vote("vote.counted", BOB, "v2");
    assertThat(check(List.of(counted("v2")), first, second)).isEmpty();
    assertThat(check(List.of(counted("v1")), first, second)).contains("counts the vote v1");
  }

  @Test
  void withdrawnVoteCountsNoMoreAndAnotherOneDoes() {
    Told cast = vote("vote.counted", BOB, "v1");
    Told withdrawn = vote("vote.withdrawn", BOB, "v2");
    assertThat(check(List.of(), cast, withdrawn)).isEmpty();
    assertThat(check(List.of(counted("v1")), cast, withdrawn)).contains("counts the vote v1");
    assertThat(check(List.of(counted("v3")), cast, withdrawn, vote("vote.counted", BOB, "v3")))
        .isEmpty();
  }

  @Test
  void voteThatThePolicyTakesOutCountsNoMore() {
    Told cast = vote("vote.counted", BOB, "v1");
    Told dropped = vote("vote.withdrawn", "countersign", "v1");
    assertThat(check(List.of(), cast, dropped)).isEmpty();
    assertThat(check(List.of(counted("v1")), cast, dropped)).contains("counts the vote v1");
  }

  @Test
  void personIsOneWhetherNamedByIdAsBeforeOrByPseudonym() {
    Told before = vote("vote.counted", "bob", "v1");
    assertThat(check(List.of(counted("v1")), before)).isEmpty();
    assertThat(check(List.of(), before, vote("vote.withdrawn", BOB, "v2"))).isEmpty();
    assertThat(check(List.of(), before)).contains("leaves out the vote v1");
  }

  @Test
  void ofVotesWhoseTextIsGoneNothingIsSaid() {
    assertThat(check(List.of(counted("v1")), Told.of("vote.counted", ""))).isEmpty();
  }
}
