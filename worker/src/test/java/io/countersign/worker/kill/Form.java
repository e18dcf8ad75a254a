package io.countersign.worker.kill;

import java.util.Locale;

/** How the workers of a run execute. */
enum Form {
  LEDGER("LEDGER", false),
  XID("XID", false),
  AT_MOST_ONCE("AT_MOST_ONCE", false),
  LEDGER_POOLED("LEDGER", true),
  XID_POOLED("XID", true),
  NAIVE(KilledMain.NAIVE, false);

  private final String guarantee;
  private final boolean pooled;

  Form(String guarantee, boolean pooled) {
    this.guarantee = guarantee;
    this.pooled = pooled;
  }

  /** Of the target, or {@link KilledMain#NAIVE}. */
  String guarantee() {
    return guarantee;
  }

  /** Whether PgBouncer stands before the target. */
  boolean isPooled() {
    return pooled;
  }

  /** Whether it may end in doubt, which people then decide. */
  boolean mayNotKnow() {
    return guarantee.equals("AT_MOST_ONCE");
  }

  @Override
  public String toString() {
    return guarantee.toLowerCase(Locale.ROOT) + (pooled ? " behind PgBouncer" : "");
  }
}
