package io.countersign.activity;

import io.countersign.api.ApiException;

/** Breaks a wall on purpose: the rule must reject it. */
public final class GuiltyOfApi {
  private GuiltyOfApi() {}

  static Class<?> guilt() {
    return ApiException.class;
  }
}
