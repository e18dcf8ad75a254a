package io.countersign.store.action;

import io.countersign.store.result.ResultTable;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an execution did.
 *
 * @param rows rows returned or changed
 * @param guarantee how exactly-once was reached: {@code ledger} or {@code read_only}
 * @param resultSha256 of the result's canonical bytes as stored, salted, see {@link ResultTable};
 *     null where nothing was returned
 * @param bytes of the result as stored, in plain; null where nothing was returned
 * @param operated what an operation met; null for every other kind
 */
public record Outcome(
    long rows,
    String guarantee,
    Instant executedAt,
    @Nullable String resultSha256,
    @Nullable Long bytes,
    @Nullable Operated operated) {

  /** What a statement did. */
  public Outcome(
      long rows,
      String guarantee,
      Instant executedAt,
      @Nullable String resultSha256,
      @Nullable Long bytes) {
    this(rows, guarantee, executedAt, resultSha256, bytes, null);
  }

  /**
   * What an operation met.
   *
   * @param httpStatus of the answer to its request; null where it sent none
   * @param setting that it changed; null where it changed none
   * @param before what the setting was
   * @param needsRestart true if the server uses the new value only after a restart
   */
  public record Operated(
      @Nullable Integer httpStatus,
      @Nullable String setting,
      @Nullable String before,
      @Nullable Boolean needsRestart) {

    /** As it stands in evidence. */
    public Map<String, Object> details() {
      Map<String, Object> details = new TreeMap<>();
      if (httpStatus != null) {
        details.put("http_status", httpStatus);
      }
      if (setting != null) {
        details.put("setting", setting);
        details.put("needs_restart", Boolean.TRUE.equals(needsRestart));
      }
      if (before != null) {
        details.put("before", before);
      }
      return details;
    }
  }
}
