package io.countersign.store.action;

import io.countersign.action.ActionId;
import io.countersign.action.Requester;
import io.countersign.policy.Spending;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What one requester has used up, counted from the stored actions when a budget asks. */
public final class RequesterSpending implements Spending {
  private final Handle handle;
  private final Requester requester;
  private final @Nullable ActionId judged;
  private final Instant now;
  private final long resultBytes;
  private boolean alone;

  private RequesterSpending(
      Handle handle,
      Requester requester,
      @Nullable ActionId judged,
      Instant now,
      long resultBytes,
      boolean alone) {
    this.handle = handle;
    this.requester = requester;
    this.judged = judged;
    this.now = now;
    this.resultBytes = resultBytes;
    this.alone = alone;
  }

  /**
   * To decide by, inside a transaction that also stores the decision: the first question makes
   * every other decision on this requester wait for its end, so that many submissions at once
   * cannot all find the same budget unused. A policy without budgets asks nothing, and nobody
   * waits.
   *
   * @param judged is not counted itself
   * @param resultBytes that a result may have at most
   */
  public static RequesterSpending deciding(
      Handle handle, ActionRow judged, Instant now, long resultBytes) {
    return new RequesterSpending(handle, judged.requester(), judged.id(), now, resultBytes, false);
  }

  /** To look at only; it may be different a moment later. */
  public static RequesterSpending looking(
      Handle handle, Requester requester, Instant now, long resultBytes) {
    return new RequesterSpending(handle, requester, null, now, resultBytes, true);
  }

  @Override
  public Spent within(Duration window, Collection<String> tables) {
    SpendingDao spending = handle.attach(SpendingDao.class);
    String type = requester.type().wireName();
    if (!alone) {
      spending.lock(type, requester.id());
      alone = true;
    }
    return spending.spent(
        type,
        requester.id(),
        judged == null ? "" : judged.value(),
        now.minus(window),
        List.copyOf(tables),
        resultBytes);
  }
}
