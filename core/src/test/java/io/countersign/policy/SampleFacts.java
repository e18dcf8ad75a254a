package io.countersign.policy;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Facts of a small read on shop, changed one at a time. */
record SampleFacts(
    String statementClass,
    List<String> tables,
    List<String> tags,
    @Nullable Long estimatedRows,
    boolean unboundedWrite,
    boolean uninspectable) {

  /** An ordinary moment: nothing was used up. */
  static final Circumstances CALM =
      new Circumstances(Instant.parse("2026-06-01T12:00:00Z"), Spending.NONE);

  static SampleFacts of(String statementClass) {
    return new SampleFacts(statementClass, List.of("public.orders"), List.of(), null, false, false);
  }

  SampleFacts on(String... names) {
    return new SampleFacts(
        statementClass, List.of(names), tags, estimatedRows, unboundedWrite, uninspectable);
  }

  SampleFacts tagged(String... names) {
    return new SampleFacts(
        statementClass, tables, List.of(names), estimatedRows, unboundedWrite, uninspectable);
  }

  SampleFacts estimated(long rows) {
    return new SampleFacts(statementClass, tables, tags, rows, unboundedWrite, uninspectable);
  }

  SampleFacts unbounded() {
    return new SampleFacts(statementClass, tables, tags, estimatedRows, true, uninspectable);
  }

  SampleFacts notInspectable() {
    return new SampleFacts(statementClass, tables, tags, estimatedRows, unboundedWrite, true);
  }

  Facts facts() {
    return new Facts(
        "execute_sql",
        "shop",
        "prod",
        "agent",
        "agent-1",
        List.of("agents"),
        statementClass,
        1,
        tables,
        List.of("id"),
        tags,
        List.of(),
        estimatedRows,
        unboundedWrite,
        "unknown",
        uninspectable,
        null,
        null);
  }
}
