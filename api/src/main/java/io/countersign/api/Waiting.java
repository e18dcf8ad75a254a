package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.store.ChangeFeed;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Long polling: holds a request until an action is as the caller wants it, or the time is over. */
final class Waiting {
  private static final int MAX_SECONDS = 45;
  private static final Pattern PREFER_WAIT =
      Pattern.compile("(?:^|,)\\s*wait\\s*=\\s*\"?([^,;\"\\s]*)");

  private final ActionStore actions;
  private final ChangeFeed feed;

  Waiting(ActionStore actions, ChangeFeed feed) {
    this.actions = actions;
    this.feed = feed;
  }

  /** Waits until the action satisfies the condition; answers its newest state in any case. */
  ActionRow until(ActionId id, Duration atMost, Predicate<ActionRow> condition) {
    long end = System.nanoTime() + atMost.toNanos();
    while (true) {
      try (ChangeFeed.Waiter waiter = feed.watch(id.value())) {
        ActionRow row = actions.find(id).orElseThrow();
        Duration left = Duration.ofNanos(end - System.nanoTime());
        if (condition.test(row) || left.isNegative() || !waiter.await(left)) {
          return condition.test(row) ? row : actions.find(id).orElseThrow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return actions.find(id).orElseThrow();
      }
    }
  }

  /** Seconds from a query parameter, 0 to 45. */
  static Duration seconds(@Nullable String text) {
    return text == null ? Duration.ZERO : parse(text);
  }

  /** Seconds from {@code Prefer: wait=N} (RFC 7240), 0 to 45. */
  static Duration preferred(@Nullable String header) {
    if (header == null) {
      return Duration.ZERO;
    }
    Matcher matcher = PREFER_WAIT.matcher(header);
    return matcher.find() ? parse(matcher.group(1)) : Duration.ZERO;
  }

  private static Duration parse(String text) {
    if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > MAX_SECONDS) {
      throw Body.refusal("`wait` must be a whole number of seconds between 0 and 45");
    }
    return Duration.ofSeconds(Integer.parseInt(text));
  }
}
