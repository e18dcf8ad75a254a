package io.countersign.workflow;

import io.countersign.store.action.Outcome;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfStore {
  private GuiltyOfStore() {}

  static Class<?> guilt() {
    return Outcome.class;
  }
}
