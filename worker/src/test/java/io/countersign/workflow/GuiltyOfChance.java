package io.countersign.workflow;

import io.countersign.action.ActionId;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfChance {
  private GuiltyOfChance() {}

  static ActionId guilt() {
    return ActionId.random();
  }
}
