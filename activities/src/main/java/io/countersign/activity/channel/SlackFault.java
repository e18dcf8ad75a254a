package io.countersign.activity.channel;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why Slack did not do what it was asked for. It holds nothing of what was sent. */
final class SlackFault extends Exception {
  private static final long serialVersionUID = 1;

  /** What is known of the request. */
  enum Kind {
    /** Nothing happened, and the same will not happen again soon. */
    REFUSED("refuses it"),
    /** Nothing happened: it is too busy, or cannot be reached. */
    UNAVAILABLE("takes nothing now"),
    /** No answer tells whether it happened. */
    UNKNOWN("does not say whether it took it");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private final Kind kind;
  private final @Nullable Duration retryAfter;

  SlackFault(Kind kind, String word, @Nullable Duration retryAfter) {
    super(kind.words + ": " + word, null, false, false);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  Kind kind() {
    return kind;
  }

  /** For how long Slack asked to be left alone. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** In our own words. */
  String words() {
    return String.valueOf(getMessage());
  }
}
