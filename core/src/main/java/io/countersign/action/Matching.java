package io.countersign.action;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A largest assignment of people to seats in which nobody sits twice: Kuhn's augmenting paths.
 * Counting per group, or taking the first seat that fits, gives wrong answers as soon as one person
 * is in two groups.
 */
final class Matching {
  private static final int FREE = -1;

  private final List<String> seats;
  private final List<Set<String>> people;
  private final int[] seatOfPerson;

  private Matching(List<String> seats, List<Set<String>> people) {
    this.seats = seats;
    this.people = people;
    this.seatOfPerson = new int[people.size()];
    Arrays.fill(seatOfPerson, FREE);
  }

  /**
   * Seats filled for each group of the alternative that has any; each person is the set of groups
   * they hold.
   */
  static SortedMap<String, Integer> filled(
      SortedMap<String, Integer> alternative, List<Set<String>> people) {
    Matching matching = new Matching(seatsOf(alternative, people.size()), people);
    matching.augmentAll();
    return matching.filledPerGroup();
  }

  /** More seats of a group than people can never be filled, so they are not laid out. */
  private static List<String> seatsOf(Map<String, Integer> alternative, int people) {
    List<String> seats = new ArrayList<>();
    alternative.forEach(
        (group, count) -> {
          for (int i = 0; i < Math.min(count, people); i++) {
            seats.add(group);
          }
        });
    return seats;
  }

  private void augmentAll() {
    for (int seat = 0; seat < seats.size(); seat++) {
      augment(seat, new boolean[people.size()]);
    }
  }

  private boolean augment(int seat, boolean[] visited) {
    for (int person = 0; person < people.size(); person++) {
      if (visited[person] || !people.get(person).contains(seats.get(seat))) {
        continue;
      }
      visited[person] = true;
      if (seatOfPerson[person] == FREE || augment(seatOfPerson[person], visited)) {
        seatOfPerson[person] = seat;
        return true;
      }
    }
    return false;
  }

  private SortedMap<String, Integer> filledPerGroup() {
    SortedMap<String, Integer> filled = new TreeMap<>();
    for (int seat : seatOfPerson) {
      if (seat != FREE) {
        filled.merge(seats.get(seat), 1, Integer::sum);
      }
    }
    return filled;
  }
}
