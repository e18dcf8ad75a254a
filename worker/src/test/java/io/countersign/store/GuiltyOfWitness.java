package io.countersign.store;

import io.countersign.witness.WitnessProcess;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfWitness {
  private GuiltyOfWitness() {}

  static Class<?> guilt() {
    return WitnessProcess.class;
  }
}
