package io.countersign.api;

import io.countersign.action.PrincipalType;
import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;
import io.countersign.store.ActionRow;

/** How callers and requesters are named in evidence and towards operators. */
final class Actors {
  private Actors() {}

  static Event.Actor actor(Caller caller) {
    return new Event.Actor(caller.type().wireName(), caller.id(), caller.channel());
  }

  /** How operators of the engine see a requester: agents by id, people not by name. */
  static String shownRequester(ActionRow row) {
    return row.requester().type() == PrincipalType.AGENT ? row.requester().id() : "person";
  }
}
