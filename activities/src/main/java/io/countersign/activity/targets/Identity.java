package io.countersign.activity.targets;

import org.jspecify.annotations.Nullable;

/**
 * An attempt as the target knows it: enough to find it again and to end exactly its backend.
 *
 * @param backendStart as pg_stat_activity shows it
 * @param xid the transaction, 64 bits; null where it runs in none
 * @param incarnation null where the guarantee does not rest on it
 */
public record Identity(
    int backendPid, String backendStart, @Nullable String xid, @Nullable Incarnation incarnation) {

  /** Which history of which cluster: transaction ids mean nothing in another one. */
  public record Incarnation(String systemIdentifier, String timeline) {}
}
