package io.countersign.api;

import io.countersign.action.Code;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import java.time.Clock;
import java.util.Map;

/** Attempts to decide by who may not: they are evidence too. */
record RefusedAttempts(ActionStore actions, Clock clock) {

  /** Records it and answers what to throw. */
  ApiException refuse(Caller caller, ActionRow row, String attempt, Code code, String words) {
    actions.note(
        row.id(),
        new Event(
            clock.instant(),
            EventType.VOTE_REFUSED,
            row.id(),
            row.revision(),
            row.digest(),
            null,
            Actors.actor(caller),
            caller.onBehalfOf(),
            Event.Effect.NONE,
            code.name(),
            null,
            Map.of("attempt", attempt)));
    return new ApiException(code, words);
  }
}
