package io.countersign.api.identity;

/** Names a class of a room that names it back: the rule must reject both. */
public final class GuiltyOfCircle {
  private GuiltyOfCircle() {}

  static Class<?> guilt() {
    return io.countersign.api.slack.GuiltyOfCircle.class;
  }
}
