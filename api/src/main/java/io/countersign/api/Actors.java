package io.countersign.api;

import io.countersign.api.identity.Caller;
import io.countersign.audit.Event;

/** How callers are named in evidence. */
final class Actors {
  private Actors() {}

  static Event.Actor actor(Caller caller) {
    return new Event.Actor(caller.type().wireName(), caller.id(), caller.channel());
  }
}
