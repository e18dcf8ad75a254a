package io.countersign.action;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * The count of the votes on one action (R3, R4). Who may vote was decided before: every vote given
 * here counts. Workflows call this, so it must answer the same for the same input for ever.
 */
public final class Tally {

  /** What the votes amount to. */
  public enum Outcome {
    OPEN,
    APPROVED,
    DENIED
  }

  private final Outcome outcome;
  private final List<Seat> seats;

  private Tally(Outcome outcome, List<Seat> seats) {
    this.outcome = outcome;
    this.seats = List.copyOf(seats);
  }

  /**
   * Counts one live vote per person, the latest in iteration order. Denials are looked at first.
   *
   * @param denialsNeeded how many distinct people must deny to end it; at least 1
   */
  public static Tally of(Requirement requirement, int denialsNeeded, Collection<Vote> votes) {
    if (denialsNeeded < 1) {
      throw new IllegalArgumentException("at least one denial must end an action");
    }
    Map<String, Vote> live = new LinkedHashMap<>();
    votes.forEach(vote -> live.put(vote.personId(), vote));
    List<Set<String>> approvers = groupsOf(live.values(), Decision.APPROVE);
    List<Seat> seats = nearest(requirement, approvers);
    if (groupsOf(live.values(), Decision.DENY).size() >= denialsNeeded) {
      return new Tally(Outcome.DENIED, seats);
    }
    boolean approved = !seats.isEmpty() && open(seats) == 0;
    return new Tally(approved ? Outcome.APPROVED : Outcome.OPEN, seats);
  }

  public Outcome outcome() {
    return outcome;
  }

  /**
   * The alternative nearest to approval (fewest open seats, then the first in the file), one entry
   * for each group by name; empty if the requirement has no alternative.
   */
  public List<Seat> seats() {
    return seats;
  }

  private static List<Set<String>> groupsOf(Collection<Vote> votes, Decision decision) {
    return votes.stream().filter(vote -> vote.decision() == decision).map(Vote::groups).toList();
  }

  private static List<Seat> nearest(Requirement requirement, List<Set<String>> approvers) {
    List<Seat> nearest = List.of();
    for (SortedMap<String, Integer> alternative : requirement.alternatives()) {
      List<Seat> seats = seatsOf(alternative, approvers);
      if (nearest.isEmpty() || open(seats) < open(nearest)) {
        nearest = seats;
      }
    }
    return nearest;
  }

  private static List<Seat> seatsOf(
      SortedMap<String, Integer> alternative, List<Set<String>> approvers) {
    Map<String, Integer> filled = Matching.filled(alternative, approvers);
    List<Seat> seats = new ArrayList<>();
    alternative.forEach(
        (group, need) -> seats.add(new Seat(group, need, filled.getOrDefault(group, 0))));
    return seats;
  }

  private static long open(List<Seat> seats) {
    return seats.stream().mapToLong(seat -> (long) seat.need() - seat.have()).sum();
  }
}
