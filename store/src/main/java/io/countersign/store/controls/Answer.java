package io.countersign.store.controls;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the log answers to one question; it grows while the log is read. */
public final class Answer {
  /** Exceptions beyond these are counted, and not listed. */
  public static final int LISTED = 1_000;

  private final List<Exceptional> listed = new ArrayList<>();
  private long asked;
  private long exceptions;
  private long unanswered;

  /**
   * Something that should not be.
   *
   * @param index of the entry that it was found at; -1 where it is about none
   * @param hasReceipt whether the action ended within the range, so that its receipt is there
   */
  public record Exceptional(
      long index, @Nullable String action, @Nullable Instant at, String why, boolean hasReceipt) {}

  void holds() {
    asked++;
  }

  /** Retention took away what it takes to answer. */
  void unanswered() {
    asked++;
    unanswered++;
  }

  void fails(Exceptional exception) {
    asked++;
    exceptions++;
    if (listed.size() < LISTED) {
      listed.add(exception);
    }
  }

  /** How many things the question is about. */
  public long asked() {
    return asked;
  }

  /** For how many of them it does not hold. */
  public long exceptions() {
    return exceptions;
  }

  /** For how many nobody can say, because retention removed texts. */
  public long notAnswered() {
    return unanswered;
  }

  /** The first exceptions. */
  public List<Exceptional> listed() {
    return List.copyOf(listed);
  }
}
