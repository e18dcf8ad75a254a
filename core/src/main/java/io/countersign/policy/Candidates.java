package io.countersign.policy;

import io.countersign.action.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Values worth trying for each fact of a situation: all of the closed sets; for the open ones, what
 * the conditions mention, its neighbours, and something else. An empty value is an absent fact.
 */
final class Candidates {
  private static final String OTHER = "something-else";
  private static final int MAX_PAIRED = 6;
  private static final int MAX_SIZE = 20;

  private final Reads reads;
  private final List<Target> targets;

  /**
   * For conditions that read so much.
   *
   * @param targets the only ones there are; empty if any may be
   */
  Candidates(Reads reads, List<Target> targets) {
    this.reads = reads;
    this.targets = targets;
  }

  /** One fact, or two that belong together, and the values to try. */
  record Dimension(List<Map<String, Object>> choices) {}

  /** See {@link Reads#decidable()}. */
  boolean decidable() {
    return reads.decidable();
  }

  /** What is read gets every value worth trying, the rest one. */
  List<Dimension> dimensions(Situation situation) {
    List<Dimension> dimensions = new ArrayList<>();
    dimensions.add(one("action.kind", List.of(situation.kind())));
    dimensions.add(one("sql.class", List.of(situation.statementClass())));
    dimensions.add(targets());
    add(dimensions, "requester.type", List.of("agent", "person"));
    add(dimensions, "requester.id", texts());
    add(dimensions, "sql.statements", counts(1));
    for (String list : List.of("requester.groups", "sql.tables", "sql.columns", "sql.tags")) {
      add(dimensions, list, lists());
    }
    add(dimensions, "sql.functions", lists());
    add(dimensions, "sql.estimated_rows", optional(counts(0)));
    boolean read = situation.statementClass().equals("read");
    add(dimensions, "sql.unbounded_write", read ? List.of(false) : List.of(false, true));
    add(dimensions, "sql.reversible", List.of("unknown", "yes", "no"));
    boolean unknown = situation.statementClass().equals("unknown");
    add(dimensions, "analysis.uninspectable", unknown ? List.of(true) : List.of(false, true));
    if (situation.kind().equals("grant_role")) {
      add(dimensions, "role.name", texts());
      add(dimensions, "role.attributes", lists());
      add(dimensions, "duration", optional(durations()));
    }
    if (situation.kind().equals("change_infrastructure")) {
      add(dimensions, "operation.name", texts());
    }
    return dimensions;
  }

  private Dimension targets() {
    if (targets.isEmpty()) {
      List<Map<String, Object>> choices = new ArrayList<>();
      for (Object name : read("target.name", texts())) {
        for (Object environment : read("target.environment", texts())) {
          choices.add(Map.of("target.name", name, "target.environment", environment));
        }
      }
      return new Dimension(choices);
    }
    return new Dimension(
        targets.stream()
            .map(
                target ->
                    Map.<String, Object>of(
                        "target.name", target.name(), "target.environment", target.environment()))
            .toList());
  }

  private void add(List<Dimension> dimensions, String fact, Collection<?> values) {
    dimensions.add(one(fact, read(fact, values)));
  }

  private Collection<?> read(String fact, Collection<?> values) {
    return reads.facts().contains(fact) ? values : List.of(values.iterator().next());
  }

  private static Dimension one(String fact, Collection<?> values) {
    List<Map<String, Object>> choices = new ArrayList<>();
    for (Object value : values) {
      choices.add(value.equals(Set.of()) ? Map.of() : Map.of(fact, value));
    }
    return new Dimension(choices);
  }

  /** Absence is one of the values, and the first to be tried. */
  private static Collection<?> optional(Collection<?> values) {
    return Stream.concat(Stream.of(Set.of()), values.stream()).toList();
  }

  private Collection<String> texts() {
    return Stream.concat(Stream.of(OTHER), reads.texts().stream()).toList();
  }

  private Collection<Long> counts(long least) {
    Set<Long> counts = new TreeSet<>(List.of(least, least + 1, 1_000_000_000L));
    for (long number : reads.numbers()) {
      Stream.of(number - 1, number, number + 1)
          .filter(count -> count >= least && count <= 1L + Integer.MAX_VALUE)
          .forEach(counts::add);
    }
    return counts;
  }

  private Collection<Duration> durations() {
    Set<Duration> durations = new TreeSet<>(List.of(Duration.ofMinutes(1), Duration.ofDays(365)));
    for (Duration duration : reads.durations()) {
      durations.add(duration);
      durations.add(duration.plusSeconds(1));
      durations.add(duration.minusSeconds(1));
    }
    return durations;
  }

  /** None, something else, each text, every text, so many things, and two texts joined. */
  private Collection<List<String>> lists() {
    Set<List<String>> lists = new LinkedHashSet<>();
    lists.add(List.of());
    lists.add(List.of(OTHER));
    reads.texts().forEach(text -> lists.add(List.of(text)));
    lists.add(List.copyOf(reads.texts()));
    for (long size : reads.numbers()) {
      for (long wanted = size; wanted <= size + 1 && wanted > 0 && wanted <= MAX_SIZE; wanted++) {
        lists.add(Collections.nCopies((int) wanted, OTHER));
        for (String text : reads.texts()) {
          List<String> padded = new ArrayList<>(Collections.nCopies((int) wanted - 1, OTHER));
          padded.add(text);
          lists.add(List.copyOf(padded));
        }
      }
    }
    if (reads.texts().size() <= MAX_PAIRED) {
      for (String start : reads.texts()) {
        reads.texts().forEach(end -> lists.add(List.of(start + end)));
      }
    }
    return lists;
  }

  /** The variables of an evaluation, from facts by their full names. */
  static Map<String, Object> variables(Collection<Map<String, Object>> choices) {
    Map<String, Object> variables = new LinkedHashMap<>();
    Map<String, Map<String, Object>> fields = new LinkedHashMap<>();
    for (String variable : Expressions.structures()) {
      fields.put(variable, new LinkedHashMap<>());
    }
    for (Map<String, Object> choice : choices) {
      choice.forEach(
          (fact, value) -> {
            int dot = fact.indexOf('.');
            if (dot < 0) {
              variables.put(fact, value);
            } else {
              fields
                  .computeIfAbsent(fact.substring(0, dot), _ -> new LinkedHashMap<>())
                  .put(fact.substring(dot + 1), value);
            }
          });
    }
    variables.putAll(fields);
    return variables;
  }
}
