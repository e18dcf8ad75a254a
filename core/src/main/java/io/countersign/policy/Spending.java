package io.countersign.policy;

import java.time.Duration;
import java.util.Collection;

/**
 * What a requester has used up without a person's approval, for budgets. Rows and bytes count by
 * table, so that splitting one large action into many small ones does not help.
 */
@FunctionalInterface
public interface Spending {

  /** For a requester who has used nothing. */
  Spending NONE = (window, tables) -> new Spent(0, 0, 0);

  /**
   * Used within the window that ends now.
   *
   * @param tables {@code schema.table}; rows and bytes are those of the one most used of them
   */
  Spent within(Duration window, Collection<String> tables);

  /** Actions, and rows and bytes returned or changed; those still running count in full. */
  record Spent(long actions, long rows, long bytes) {}
}
