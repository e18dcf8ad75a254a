package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Tally.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final List<String> GROUPS = List.of("a", "b", "c", "d");

  @Test
  void onePersonInTwoGroupsFillsOneSeat() {
    Requirement requirement = require(Map.of("dba", 1, "security", 1));

    Tally tally = Tally.of(requirement, 1, List.of(approve("alice", "dba", "security")));

    assertThat(tally.outcome()).isEqualTo(Outcome.OPEN);
    assertThat(tally.seats()).containsExactly(new Seat("dba", 1, 1), new Seat("security", 1, 0));
  }

  @Test
  void onePersonInTwoGroupsLeavesTheSeatOnlyTheOtherCanTake() {
    Requirement requirement = require(Map.of("dba", 1, "security", 1));

    Tally tally =
        Tally.of(
            requirement, 1, List.of(approve("alice", "dba", "security"), approve("bob", "dba")));

    assertThat(tally.outcome()).isEqualTo(Outcome.APPROVED);
    assertThat(tally.seats()).containsExactly(new Seat("dba", 1, 1), new Seat("security", 1, 1));
  }

  @Test
  void peopleOutsideEveryGroupFillNothing() {
    Tally tally = Tally.of(require(Map.of("dba", 1)), 1, List.of(approve("erin", "operators")));

    assertThat(tally.outcome()).isEqualTo(Outcome.OPEN);
  }

  @Test
  void samePersonVotingTwiceCountsOnce() {
    Tally tally =
        Tally.of(
            require(Map.of("dba", 2)), 1, List.of(approve("bob", "dba"), approve("bob", "dba")));

    assertThat(tally.outcome()).isEqualTo(Outcome.OPEN);
    assertThat(tally.seats()).containsExactly(new Seat("dba", 2, 1));
  }

  @Test
  void oneDenialEndsItThoughTheQuorumIsMet() {
    Tally tally =
        Tally.of(require(Map.of("dba", 1)), 1, List.of(approve("bob", "dba"), deny("alice")));

    assertThat(tally.outcome()).isEqualTo(Outcome.DENIED);
  }

  @Test
  void raisedDenialCountNeedsDistinctPeople() {
    Requirement requirement = require(Map.of("dba", 3));

    assertThat(Tally.of(requirement, 2, List.of(deny("bob"), deny("bob"))).outcome())
        .isEqualTo(Outcome.OPEN);
    assertThat(Tally.of(requirement, 2, List.of(deny("bob"), deny("alice"))).outcome())
        .isEqualTo(Outcome.DENIED);
  }

  @Test
  void latestVoteOfAPersonWins() {
    Requirement requirement = require(Map.of("dba", 1));
    Vote yes = approve("bob", "dba");
    Vote no = deny("bob");

    assertThat(Tally.of(requirement, 1, List.of(yes, no)).outcome()).isEqualTo(Outcome.DENIED);
    assertThat(Tally.of(requirement, 1, List.of(no, yes)).outcome()).isEqualTo(Outcome.APPROVED);
  }

  @Test
  void nothingIsApprovedWithoutAnAlternative() {
    Tally tally = Tally.of(Requirement.NONE, 1, List.of(approve("bob", "dba")));

    assertThat(tally.outcome()).isEqualTo(Outcome.OPEN);
    assertThat(tally.seats()).isEmpty();
  }

  @Test
  void anyAlternativeSuffices() {
    Requirement requirement = require(Map.of("owners", 1, "security", 1), Map.of("security", 2));

    Tally tally =
        Tally.of(requirement, 1, List.of(approve("alice", "security"), approve("bob", "security")));

    assertThat(tally.outcome()).isEqualTo(Outcome.APPROVED);
    assertThat(tally.seats()).containsExactly(new Seat("security", 2, 2));
  }

  @Test
  void nearestAlternativeIsShownAndTheFirstOnATie() {
    Requirement requirement = require(Map.of("dba", 2), Map.of("security", 2));

    assertThat(Tally.of(requirement, 1, List.of()).seats()).containsExactly(new Seat("dba", 2, 0));
    assertThat(Tally.of(requirement, 1, List.of(approve("eve", "security"))).seats())
        .containsExactly(new Seat("security", 2, 1));
  }

  @Test
  void groupWithoutAVoteIsShownWithItsEmptySeat() {
    Requirement requirement = require(Map.of("dba", 1, "security", 1));

    assertThat(Tally.of(requirement, 1, List.of(approve("eve", "security"))).seats())
        .containsExactly(new Seat("dba", 1, 0), new Seat("security", 1, 1));
  }

  @Test
  void hugeCountStaysCheap() {
    Tally tally =
        Tally.of(require(Map.of("dba", Integer.MAX_VALUE)), 1, List.of(approve("bob", "dba")));

    assertThat(tally.seats()).containsExactly(new Seat("dba", Integer.MAX_VALUE, 1));
  }

  @Test
  void denialCountBelowOneIsAFault() {
    assertThatThrownBy(() -> Tally.of(Requirement.NONE, 0, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void matchingEqualsBruteForce() {
    long seed = System.nanoTime();
    System.out.println("TallyTest seed " + seed);
    Random random = new Random(seed);
    int approved = 0;
    int rounds = 20_000;
    for (int round = 0; round < rounds; round++) {
      Requirement requirement = randomRequirement(random);
      List<Vote> votes = randomVotes(random);
      Tally tally = Tally.of(requirement, 1, votes);
      int fewestOpen = fewestOpen(requirement, votes);
      assertThat(tally.outcome() == Outcome.APPROVED)
          .as("seed %d round %d: %s %s", seed, round, requirement, votes)
          .isEqualTo(fewestOpen == 0);
      assertThat(tally.seats().stream().mapToInt(seat -> seat.need() - seat.have()).sum())
          .as("seed %d round %d: %s %s", seed, round, requirement, votes)
          .isEqualTo(fewestOpen);
      approved += tally.outcome() == Outcome.APPROVED ? 1 : 0;
    }
    assertThat(approved).as("both answers occur").isBetween(rounds / 20, rounds - rounds / 20);
  }

  private static int fewestOpen(Requirement requirement, List<Vote> votes) {
    int fewest = Integer.MAX_VALUE;
    for (SortedMap<String, Integer> alternative : requirement.alternatives()) {
      int need = alternative.values().stream().mapToInt(Integer::intValue).sum();
      fewest = Math.min(fewest, need - mostFilled(new HashMap<>(alternative), votes, 0));
    }
    return fewest;
  }

  /** Tries every choice of every person: take any seat they may take, or none. */
  private static int mostFilled(Map<String, Integer> open, List<Vote> votes, int index) {
    if (index == votes.size()) {
      return 0;
    }
    int most = mostFilled(open, votes, index + 1);
    for (String group : votes.get(index).groups()) {
      int left = open.getOrDefault(group, 0);
      if (left > 0) {
        open.put(group, left - 1);
        most = Math.max(most, 1 + mostFilled(open, votes, index + 1));
        open.put(group, left);
      }
    }
    return most;
  }

  private static Requirement randomRequirement(Random random) {
    List<SortedMap<String, Integer>> alternatives = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      SortedMap<String, Integer> alternative = new TreeMap<>();
      for (int j = 0; j <= random.nextInt(3); j++) {
        alternative.put(GROUPS.get(random.nextInt(GROUPS.size())), 1 + random.nextInt(3));
      }
      alternatives.add(alternative);
    }
    return new Requirement(alternatives);
  }

  private static List<Vote> randomVotes(Random random) {
    List<Vote> votes = new ArrayList<>();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      Set<String> groups = new HashSet<>();
      for (int j = 0; j < random.nextInt(4); j++) {
        groups.add(GROUPS.get(random.nextInt(GROUPS.size())));
      }
      votes.add(new Vote("v" + i, "p" + i, Decision.APPROVE, groups));
    }
    return votes;
  }

  @SafeVarargs
  private static Requirement require(Map<String, Integer>... alternatives) {
    return new Requirement(
        Arrays.stream(alternatives).<SortedMap<String, Integer>>map(TreeMap::new).toList());
  }

  private static Vote approve(String person, String... groups) {
    return new Vote("vote-" + person, person, Decision.APPROVE, Set.of(groups));
  }

  private static Vote deny(String person) {
    return new Vote("vote-" + person, person, Decision.DENY, Set.of("dba"));
  }
}
