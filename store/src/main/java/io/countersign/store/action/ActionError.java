package io.countersign.store.action;

import com.fasterxml.jackson.annotation.JsonValue;
import io.countersign.action.Code;
import java.util.Locale;

/**
 * Why an action did not succeed, in words the agent may read.
 *
 * @param retry whether the agent should try again: never, after a while, or with a new submission
 */
public record ActionError(Code code, String message, Retry retry) {

  /** What the agent can do about it. */
  public enum Retry {
    NEVER,
    AFTER,
    RESUBMIT;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
