package io.countersign.activity.judging;

import io.countersign.action.Code;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evidence of what the policy decided about an action. */
final class PolicyEvent {
  private PolicyEvent() {}

  static Event of(
      Clock clock,
      ActionRow row,
      EventType type,
      @Nullable Code code,
      @Nullable Verdict verdict,
      Map<String, Object> details) {
    return of(clock, row, type, code, verdict, null, details);
  }

  static Event of(
      Clock clock,
      ActionRow row,
      EventType type,
      @Nullable Code code,
      @Nullable Verdict verdict,
      @Nullable String note,
      Map<String, Object> details) {
    return new Event(
        clock.instant(),
        type,
        row.id(),
        row.revision(),
        row.digest(),
        verdict == null ? null : verdict.policyVersion(),
        new Event.Actor("policy", "countersign", "worker"),
        row.requester().onBehalfOf(),
        Event.Effect.CHANGED,
        code == null ? null : code.name(),
        note,
        details);
  }
}
