package io.countersign.policy;

import java.time.Instant;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfClock {
  private GuiltyOfClock() {}

  static Instant guilt() {
    return Instant.now();
  }
}
