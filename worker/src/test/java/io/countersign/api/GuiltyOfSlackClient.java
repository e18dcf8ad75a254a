package io.countersign.api;

import com.slack.api.Slack;

/** Breaks a wall on purpose: the rule must reject it. */
final class GuiltyOfSlackClient {
  private GuiltyOfSlackClient() {}

  static Class<?> guilt() {
    return Slack.class;
  }
}
