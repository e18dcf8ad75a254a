package io.countersign.workflow;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfThreads {
  private GuiltyOfThreads() {}

  static Thread guilt(Runnable work) {
    return Thread.ofVirtual().unstarted(work);
  }
}
