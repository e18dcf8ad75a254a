package io.countersign.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an execution did.
 *
 * @param rows rows returned or changed
 * @param guarantee how exactly-once was reached: {@code ledger} or {@code read_only}
 * @param resultSha256 of the result's canonical bytes as stored, salted, see {@link ResultTable};
 *     null where nothing was returned
 * @param bytes of the result as stored, in plain; null where nothing was returned
 */
public record Outcome(
    long rows,
    String guarantee,
    Instant executedAt,
    @Nullable String resultSha256,
    @Nullable Long bytes) {}
