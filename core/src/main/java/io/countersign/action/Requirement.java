package io.countersign.action;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
}
