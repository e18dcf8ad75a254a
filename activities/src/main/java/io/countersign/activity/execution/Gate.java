package io.countersign.activity.execution;

import io.countersign.action.ActionId;

/** The last look before an approved action starts. */
@FunctionalInterface
interface Gate {
  /** Afterwards the action is APPROVED only if it may run. */
  void beforeStart(ActionId id);
}
