package io.countersign.policy;

import io.temporal.workflow.Workflow;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfTemporal {
  private GuiltyOfTemporal() {}

  static long guilt() {
    return Workflow.currentTimeMillis();
  }
}
