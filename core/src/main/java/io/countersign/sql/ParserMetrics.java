package io.countersign.sql;

import java.util.Map;

/**
 * What the parsers did since the start.
 *
 * @param parsed statements that are PostgreSQL
 * @param refused statements that are not
 * @param failed statements without an answer, by why, for example {@code too_slow}
 * @param replaced parsers thrown away after a failure
 * @param busy parsers at work now
 * @param size parsers in all
 */
public record ParserMetrics(
    long parsed, long refused, Map<String, Long> failed, long replaced, int busy, int size) {
  public ParserMetrics {
    failed = Map.copyOf(failed);
  }
}
