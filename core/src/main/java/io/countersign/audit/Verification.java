package io.countersign.audit;

import io.countersign.action.ActionId;
import java.util.SortedMap;

/** The answer to whether a receipt proves what it says. */
public sealed interface Verification {
  /**
   * It does.
   *
   * @param outcome the type of the closing event, for example {@code action.succeeded}
   * @param index of the entry in the log
   * @param people by pseudonym, those whom the receipt opens
   */
  record Valid(
      ActionId actionId,
      String outcome,
      String origin,
      long index,
      SortedMap<String, String> people)
      implements Verification {
    @Override
    public String toString() {
      return "VALID";
    }
  }

  /** It does not. */
  record Invalid(String reason) implements Verification {
    @Override
    public String toString() {
      return "INVALID: " + reason;
    }
  }
}
