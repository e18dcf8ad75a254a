package io.countersign.store;

import io.countersign.workflow.ActionRef;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfWorkflow {
  private GuiltyOfWorkflow() {}

  static Class<?> guilt() {
    return ActionRef.class;
  }
}
