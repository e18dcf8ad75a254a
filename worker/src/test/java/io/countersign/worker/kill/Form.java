package io.countersign.worker.kill;

/**
 * How a run executes.
 *
 * @param guarantee of the target, or {@link KilledMain#NAIVE}
 * @param pooled whether PgBouncer stands before the target
 */
record Form(String guarantee, boolean pooled) {
  static final Form LEDGER = new Form("LEDGER", false);
  static final Form NAIVE = new Form(KilledMain.NAIVE, false);

  /** Whether it may end in doubt, which people then decide. */
  boolean mayNotKnow() {
    return guarantee.equals("AT_MOST_ONCE");
  }

  @Override
  public String toString() {
    return guarantee.toLowerCase(java.util.Locale.ROOT) + (pooled ? " behind PgBouncer" : "");
  }
}
