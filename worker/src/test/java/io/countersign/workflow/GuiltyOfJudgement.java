package io.countersign.workflow;

import io.countersign.policy.Verdict;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfJudgement {
  private GuiltyOfJudgement() {}

  static Class<?> guilt() {
    return Verdict.class;
  }
}
