package io.countersign.workflow;

import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
import java.time.Duration;

/** How long each activity may take, and how it is tried again. */
final class ActivityTerms {
  /** Our own database: milliseconds, tried until it answers. */
  static final LocalActivityOptions OWN_TABLES =
      LocalActivityOptions.newBuilder()
          .setStartToCloseTimeout(Duration.ofSeconds(20))
          .setLocalRetryThreshold(Duration.ofSeconds(10))
          .setRetryOptions(
              RetryOptions.newBuilder()
                  .setInitialInterval(Duration.ofMillis(200))
                  .setMaximumInterval(Duration.ofSeconds(5))
                  .build())
          .build();

  /** Somebody waits for it, and asks again if need be. */
  static final LocalActivityOptions PREVIEW =
      LocalActivityOptions.newBuilder()
          .setStartToCloseTimeout(Duration.ofSeconds(10))
          .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
          .build();

  /** A target database: resolves earlier attempts first, so it is tried until it is known. */
  static final ActivityOptions TARGET =
      ActivityOptions.newBuilder()
          .setStartToCloseTimeout(Duration.ofHours(1))
          .setHeartbeatTimeout(Duration.ofSeconds(8))
          .setRetryOptions(
              RetryOptions.newBuilder()
                  .setInitialInterval(Duration.ofMillis(500))
                  .setMaximumInterval(Duration.ofSeconds(10))
                  .build())
          .build();

  /** Taking a role back: a few tries before people are told. */
  static final ActivityOptions TAKING_BACK = takingBack(3);

  /** And then for ever. */
  static final ActivityOptions TAKING_BACK_AT_LAST = takingBack(0);

  private static ActivityOptions takingBack(int attempts) {
    return ActivityOptions.newBuilder()
        .setStartToCloseTimeout(Duration.ofSeconds(30))
        .setRetryOptions(
            RetryOptions.newBuilder()
                .setInitialInterval(Duration.ofMillis(500))
                .setMaximumInterval(Duration.ofMinutes(5))
                .setMaximumAttempts(attempts)
                .build())
        .build();
  }

  /** Chat: tried for a day, then given up; the console and the api never wait for it. */
  static final ActivityOptions CHAT =
      ActivityOptions.newBuilder()
          .setStartToCloseTimeout(Duration.ofSeconds(15))
          .setScheduleToCloseTimeout(Duration.ofHours(24))
          .setRetryOptions(
              RetryOptions.newBuilder()
                  .setInitialInterval(Duration.ofSeconds(1))
                  .setMaximumInterval(Duration.ofMinutes(1))
                  .build())
          .build();

  /** A dialog in chat is worth nothing after three seconds. */
  static final ActivityOptions DIALOG =
      ActivityOptions.newBuilder()
          .setScheduleToCloseTimeout(Duration.ofSeconds(3))
          .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
          .build();

  private ActivityTerms() {}
}
