package io.countersign.activity.channel;

/** Names a class of a room that names it back: the rule must reject both. */
public final class GuiltyOfCircle {
  private GuiltyOfCircle() {}

  static Class<?> guilt() {
    return io.countersign.activity.review.GuiltyOfCircle.class;
  }
}
