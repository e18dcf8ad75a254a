package io.countersign.sql;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a statement other than SELECT, INSERT, UPDATE, DELETE and MERGE does, known from its node.
 *
 * @param problem why people must look although it was recognised
 */
record StatementKind(
    StatementClass statementClass, Reversible reversible, String verb, Optional<String> problem) {

  private static final Map<String, StatementKind> KINDS =
      ReviewedList.lines("statements.txt").stream()
          .map(line -> line.split(" ", 2))
          .collect(Collectors.toUnmodifiableMap(line -> line[0], line -> read(line[1])));

  static Optional<StatementKind> of(String node) {
    return Optional.ofNullable(KINDS.get(node));
  }

  private static StatementKind read(String text) {
    String[] parts = text.split(" \\| ", 2);
    String[] words = parts[0].split(" ", 3);
    return new StatementKind(
        StatementClass.valueOf(words[0].toUpperCase(Locale.ROOT)),
        Reversible.valueOf(words[1].toUpperCase(Locale.ROOT)),
        words[2],
        parts.length == 2 ? Optional.of(parts[1]) : Optional.empty());
  }
}
