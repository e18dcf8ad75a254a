package io.countersign.api;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyHelper {
  private GuiltyHelper() {}
}
