package io.countersign.audit;

/**
 * Something personal in an event. A log entry can never be changed, so its body holds a keyed
 * stand-in instead: whoever deletes the key takes the person out of the log, and no hash breaks.
 */
public sealed interface Subject {
  /** The person whose key stands between the event and its body. */
  String personId();

  /** A person; the body holds the pseudonym. */
  record Person(String personId) implements Subject {}

  /**
   * Another personal or guessable value, such as a chat account or a reason.
   *
   * @param personId whose it is; shredding that person makes the commitment mean nothing
   */
  record Secret(String personId, String value) implements Subject {}

  /** What stands in a body in their place. */
  interface StandIns {
    /** Nobody personal: an event with a person cannot be written with these. */
    StandIns NONE =
        subject -> {
          throw new IllegalStateException("an event names a person, and there is no pseudonym");
        };

    /** The text that the body holds. */
    String of(Subject subject);
  }
}
