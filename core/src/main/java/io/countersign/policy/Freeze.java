package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Condition.Answer;
import io.countersign.policy.Explanation.ActiveFreeze;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/**
 * A time in which even allowed actions wait for people (R10).
 *
 * @param when which actions it holds
 * @param unless the seats that let an action pass; {@link Requirement#NONE} if nobody can
 */
record Freeze(
    String name, Place place, Span span, ZoneId zone, Condition when, Requirement unless) {

  /**
   * A freeze that holds an action.
   *
   * @param until the first moment at which it does not
   * @param failed its condition could not be evaluated, and so counts as true
   */
  record InForce(Freeze freeze, Instant until, boolean failed) {
    ActiveFreeze shown() {
      return new ActiveFreeze(freeze.name(), freeze.place().line(), until, freeze.unless(), failed);
    }
  }

  /** Empty if it does not hold an action of these variables at that moment. */
  Optional<InForce> at(Instant now, Map<String, Object> variables) {
    Optional<Instant> until = span.until(now, zone);
    if (until.isEmpty()) {
      return Optional.empty();
    }
    Answer answer = when.ask(variables);
    return answer == Answer.NO
        ? Optional.empty()
        : Optional.of(new InForce(this, until.get(), answer == Answer.FAILED));
  }
}
