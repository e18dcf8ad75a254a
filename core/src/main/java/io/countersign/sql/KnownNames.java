package io.countersign.sql;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The functions, operators, types and settings that a read may use, all of {@code pg_catalog}, and
 * functions known to act. The lists are generated from a real catalogue by the tests and reviewed.
 */
public final class KnownNames {
  private static final Set<String> FUNCTIONS = Set.copyOf(ReviewedList.lines("functions.txt"));
  private static final Set<String> OPERATORS = Set.copyOf(ReviewedList.lines("operators.txt"));
  private static final Set<String> TYPES = Set.copyOf(ReviewedList.lines("types.txt"));
  private static final Set<String> SETTINGS = Set.copyOf(ReviewedList.lines("settings.txt"));
  private static final Map<String, StatementClass> EFFECTS = effects();
  private static final Set<String> OPERATOR_WORDS =
      Set.of("BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC");

  private static final Set<String> SAMPLING = Set.of("bernoulli", "system");

  private KnownNames() {}

  private static Map<String, StatementClass> effects() {
    Map<String, StatementClass> effects = new TreeMap<>();
    for (String line : ReviewedList.lines("effects.txt")) {
      String[] words = line.split(" ", -1);
      effects.put(words[0], StatementClass.valueOf(words[1].toUpperCase(Locale.ROOT)));
    }
    return Map.copyOf(effects);
  }

  /** True if every function of that name in pg_catalog may be called by a read. */
  public static boolean isHarmlessFunction(List<String> name) {
    return inCatalogue(name) && FUNCTIONS.contains(name.getLast());
  }

  /** The class of a function known to act, whatever schema it is said to be in. */
  static Optional<StatementClass> effectOf(List<String> name) {
    String last = name.getLast();
    return EFFECTS.entrySet().stream()
        .filter(effect -> matches(effect.getKey(), last))
        .map(Map.Entry::getValue)
        .reduce(StatementClass::worse);
  }

  static boolean isHarmlessOperator(List<String> name) {
    return inCatalogue(name)
        && (OPERATORS.contains(name.getLast()) || OPERATOR_WORDS.contains(name.getLast()));
  }

  /** True for a type of pg_catalog whose values come from text alone. */
  public static boolean isHarmlessType(List<String> name) {
    return inCatalogue(name) && TYPES.contains(name.getLast());
  }

  static boolean isHarmlessSampling(List<String> method) {
    return inCatalogue(method) && SAMPLING.contains(method.getLast());
  }

  static boolean isHarmlessSetting(String name) {
    return SETTINGS.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Schemas whose relations tell of the server rather than of the data. */
  static boolean isSystemRelation(String schema, String name) {
    return schema.isEmpty()
        ? name.startsWith("pg_")
        : schema.startsWith("pg_") || schema.equals("information_schema");
  }

  private static boolean inCatalogue(List<String> name) {
    return name.size() == 1 || (name.size() == 2 && name.getFirst().equals("pg_catalog"));
  }

  private static boolean matches(String entry, String name) {
    return entry.endsWith("*")
        ? name.startsWith(entry.substring(0, entry.length() - 1))
        : name.equals(entry);
  }
}
