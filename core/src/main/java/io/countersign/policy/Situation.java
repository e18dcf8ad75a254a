package io.countersign.policy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A kind of action, and a class that its statements may have. */
record Situation(String kind, String statementClass) {

  /** Every one there can be. */
  static final List<Situation> ALL =
      Stream.of(
              of("execute_sql", "read", "write", "export", "ddl", "role", "admin", "unknown"),
              of("apply_migration", "write", "ddl", "role", "admin", "unknown"),
              of("export_data", "export", "unknown"),
              of("grant_role", "role"),
              of("change_infrastructure", "admin"))
          .flatMap(situations -> situations)
          .toList();

  private static Stream<Situation> of(String kind, String... classes) {
    return Arrays.stream(classes).map(statementClass -> new Situation(kind, statementClass));
  }

  boolean isPlainRead() {
    return kind.equals("execute_sql") && statementClass.equals("read");
  }
}
