package io.countersign.api;

import org.jspecify.annotations.Nullable;

/** A parameter of a query that is on or off. */
final class Flag {
  private Flag() {}

  /** Off where it is not given. */
  static boolean of(String name, @Nullable String value) {
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw Body.refusal("`" + name + "` must be `true` or `false`");
  }
}
