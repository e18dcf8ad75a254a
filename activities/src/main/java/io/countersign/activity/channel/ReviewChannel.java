package io.countersign.activity.channel;

import io.countersign.action.Digest;
import java.util.List;

/**
 * A place outside the console where people review. It renders and never decides; a failure is an
 * {@link io.temporal.failure.ApplicationFailure} that names a code and the action id only.
 */
public interface ReviewChannel {

  /** What is said below the message while the review goes on. */
  sealed interface Notice {
    /** Still waiting; number counts from 1. */
    record Reminder(int number) implements Notice {}

    /** More groups are asked. */
    record Escalation(int step, List<String> groups) implements Notice {}
  }

  /** As in the policy's {@code channels}, for example {@code slack}. */
  String name();

  /** Digest of what the message shows for this view. */
  Digest digest(ReviewView view);

  /** Posts the action's one message; answers where it is. */
  String post(ReviewView view);

  /**
   * Changes the message in place.
   *
   * @return false where the message is no longer there
   */
  boolean update(String reference, ReviewView view);

  void remind(String reference, ReviewView view, Notice notice);

  /** Asks for the reason of a denial; channels without dialogs do nothing. */
  default void askReason(ReviewView view, String triggerId) {}
}
