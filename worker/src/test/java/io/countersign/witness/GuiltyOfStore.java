package io.countersign.witness;

import io.countersign.store.Database;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfStore {
  private GuiltyOfStore() {}

  static Class<?> guilt() {
    return Database.class;
  }
}
