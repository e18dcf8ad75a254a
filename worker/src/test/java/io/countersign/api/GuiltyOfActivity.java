package io.countersign.api;

import io.countersign.activity.GuiltyOfApi;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfActivity {
  private GuiltyOfActivity() {}

  static Class<?> guilt() {
    return GuiltyOfApi.class;
  }
}
