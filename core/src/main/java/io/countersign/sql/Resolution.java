package io.countersign.sql;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What the names in a statement mean in a target's catalogue.
 *
 * @param tables every relation that may be touched, {@code schema.table}: those named, those
 *     beneath views, partitions and children, those reached by cascades; sorted
 * @param columns every column that may be read or written, {@code schema.table.column}; sorted
 * @param effects what happens besides, in words for reviewers: triggers, cascades, row security
 * @param objections why the names do not mean what they seem to; empty if they do
 * @param fingerprint what was resolved, by its subject ({@code view public.paid}), each with a hash
 *     or id of its definition; equal fingerprints mean that the statement still means the same
 * @param ways how each of the tables is reached, for reviewers ({@code through the view
 *     `public.paid`})
 * @param returned the columns that come back, in their order; empty where nobody asked
 */
public record Resolution(
    List<String> tables,
    List<String> columns,
    List<String> effects,
    List<String> objections,
    SortedMap<String, String> fingerprint,
    SortedMap<String, String> ways,
    List<Returned> returned) {

  /**
   * A column that comes back.
   *
   * @param type PostgreSQL's name of it
   * @param tags of what its values may be made of, sorted
   */
  public record Returned(String name, String type, List<String> tags) {
    public Returned {
      tags = List.copyOf(tags);
    }
  }

  private static final String UNREADABLE = "the target's catalogue could not be read";

  public Resolution {
    tables = List.copyOf(tables);
    columns = List.copyOf(columns);
    effects = List.copyOf(effects);
    objections = List.copyOf(objections);
    fingerprint = new TreeMap<>(fingerprint);
    ways = new TreeMap<>(Objects.requireNonNullElse(ways, Collections.emptySortedMap()));
    returned = List.copyOf(Objects.requireNonNullElse(returned, List.of()));
  }

  /** For what was resolved without asking what comes back. */
  public Resolution(
      List<String> tables,
      List<String> columns,
      List<String> effects,
      List<String> objections,
      SortedMap<String, String> fingerprint,
      SortedMap<String, String> ways) {
    this(tables, columns, effects, objections, fingerprint, ways, List.of());
  }

  /** For what was resolved without saying how each table is reached. */
  public Resolution(
      List<String> tables,
      List<String> columns,
      List<String> effects,
      List<String> objections,
      SortedMap<String, String> fingerprint) {
    this(tables, columns, effects, objections, fingerprint, new TreeMap<>());
  }

  /** The same with one more objection. */
  public Resolution objecting(List<String> more) {
    List<String> all = new ArrayList<>(objections);
    all.addAll(more);
    return new Resolution(tables, columns, effects, all, fingerprint, ways, returned);
  }

  /** The same with other effects and objections. */
  public Resolution with(List<String> otherEffects, List<String> otherObjections) {
    return new Resolution(
        tables, columns, otherEffects, otherObjections, fingerprint, ways, returned);
  }

  /** The same with the columns that come back. */
  public Resolution returning(List<Returned> found) {
    return new Resolution(tables, columns, effects, objections, fingerprint, ways, found);
  }

  /** What several statements' names mean together. */
  public static Resolution together(List<Resolution> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    SortedMap<String, String> fingerprint = new TreeMap<>();
    SortedMap<String, String> ways = new TreeMap<>();
    for (Resolution part : parts) {
      fingerprint.putAll(part.fingerprint);
      part.ways.forEach(ways::putIfAbsent);
    }
    return new Resolution(
        sorted(parts, Resolution::tables),
        sorted(parts, Resolution::columns),
        parts.stream().flatMap(part -> part.effects.stream()).distinct().toList(),
        parts.stream().flatMap(part -> part.objections.stream()).distinct().toList(),
        fingerprint,
        ways);
  }

  private static List<String> sorted(
      List<Resolution> parts, Function<Resolution, List<String>> names) {
    return parts.stream().map(names).flatMap(List::stream).distinct().sorted().toList();
  }

  /** For a catalogue that said nothing but why. */
  public static Resolution objecting(String reason) {
    return new Resolution(List.of(), List.of(), List.of(), List.of(reason), new TreeMap<>());
  }

  /** For a catalogue that could not be asked: nobody knows what the names mean. */
  public static Resolution unreadable() {
    return objecting(UNREADABLE);
  }

  /** True if the catalogue could not be asked. */
  @JsonIgnore
  public boolean isUnreadable() {
    return objections.contains(UNREADABLE);
  }

  /** True if every name was found and means what it seems to. */
  @JsonIgnore
  public boolean isComplete() {
    return objections.isEmpty();
  }

  /** The subjects that are not now what they were before; empty if nothing changed. */
  public List<String> differencesFrom(Resolution before) {
    TreeSet<String> subjects = new TreeSet<>(fingerprint.keySet());
    subjects.addAll(before.fingerprint.keySet());
    subjects.removeIf(
        subject -> Objects.equals(fingerprint.get(subject), before.fingerprint.get(subject)));
    return List.copyOf(subjects);
  }
}
