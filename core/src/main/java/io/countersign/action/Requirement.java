package io.countersign.action;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The seats an approval needs (R3): a list of alternatives, each mapping groups to counts. Empty
 * means that nobody can approve it by vote.
 */
public record Requirement(List<SortedMap<String, Integer>> alternatives) {
  public static final Requirement NONE = new Requirement(List.of());

  public Requirement {
    alternatives =
        alternatives.stream()
            .<SortedMap<String, Integer>>map(TreeMap::new)
            .collect(Collectors.toUnmodifiableList());
    for (SortedMap<String, Integer> alternative : alternatives) {
      if (alternative.isEmpty() || alternative.values().stream().anyMatch(count -> count < 1)) {
        throw new IllegalArgumentException("an alternative needs at least one seat");
      }
    }
  }

  /** Every group that holds a seat in some alternative. */
  public Set<String> groups() {
    return alternatives.stream()
        .flatMap(alternative -> alternative.keySet().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Both requirements at once (R7): every pair of alternatives becomes one that holds, for each
   * group, the larger of the two counts. {@code {dba: 1}} and {@code {dba: 2}} give {@code {dba:
   * 2}}; {@code {dba: 1}} and {@code {security: 1}} give two seats, filled by two different people.
   * Whoever meets the result meets both.
   */
  public Requirement and(Requirement other) {
    List<SortedMap<String, Integer>> both = new ArrayList<>();
    for (SortedMap<String, Integer> mine : alternatives) {
      for (SortedMap<String, Integer> theirs : other.alternatives) {
        SortedMap<String, Integer> larger = new TreeMap<>(mine);
        theirs.forEach((group, count) -> larger.merge(group, count, Math::max));
        both.add(larger);
      }
    }
    return new Requirement(both.stream().distinct().toList());
  }

  /** True if whoever meets this requirement meets the other one too. */
  public boolean implies(Requirement other) {
    return alternatives.stream()
        .allMatch(mine -> other.alternatives.stream().anyMatch(theirs -> covers(mine, theirs)));
  }

  private static boolean covers(Map<String, Integer> mine, Map<String, Integer> theirs) {
    return theirs.entrySet().stream()
        .allMatch(seat -> mine.getOrDefault(seat.getKey(), 0) >= seat.getValue());
  }

  /**
   * This requirement with more ways to meet it, as an escalation adds them (R10). What was asked
   * before still suffices; alternatives already there are not repeated.
   */
  public Requirement plus(List<SortedMap<String, Integer>> more) {
    return new Requirement(Stream.concat(alternatives.stream(), more.stream()).distinct().toList());
  }
}
