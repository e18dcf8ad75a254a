package io.countersign.workflow;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfClock {
  private GuiltyOfClock() {}

  static long guilt() {
    return System.currentTimeMillis();
  }
}
