package io.countersign.workflow;

import io.temporal.client.WorkflowClient;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfCalling {
  private GuiltyOfCalling() {}

  static Class<?> guilt() {
    return WorkflowClient.class;
  }
}
