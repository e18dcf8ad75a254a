package io.countersign.store.controls;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the log answers to every question, over a range of it.
 *
 * @param answers to every question
 * @param types how many entries there are of each type
 * @param sample executions that nobody chose: those whose entries have the lowest hashes
 */
public record ControlReport(
    Scope scope, Map<Question, Answer> answers, Map<String, Long> types, List<Sampled> sample) {
  /** How many executions an auditor looks at by hand. */
  public static final int SAMPLE = 25;

  /**
   * Which part of which log this is about.
   *
   * @param size of the log by its signed checkpoint; what happened until then counts
   * @param root by that checkpoint, base64
   * @param from null where nobody said since when
   * @param first the first entry of the range
   * @param end the first entry after it
   * @param at when it was made: roles whose end is later need not be over
   */
  public record Scope(
      String origin,
      long size,
      String root,
      @Nullable Instant from,
      @Nullable Instant to,
      long first,
      long end,
      Instant at) {}

  /**
   * An execution of the sample.
   *
   * @param decided by how many votes, or by a rule
   */
  public record Sampled(
      long index, String action, Instant at, String kind, String decided, boolean hasReceipt) {}

  public Answer answer(Question question) {
    return Objects.requireNonNull(answers.get(question));
  }

  /** Of all questions together. */
  public long exceptions() {
    return answers.values().stream().mapToLong(Answer::exceptions).sum();
  }
}
