package io.countersign.store.auditor;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What an export is about, by the time of its entries; null is no bound.
 *
 * @param from the first moment
 * @param to the first moment after it
 */
public record ExportRange(@Nullable Instant from, @Nullable Instant to) {
  public ExportRange {
    if (from != null && to != null && !from.isBefore(to)) {
      throw new IllegalArgumentException("`from` must be before `to`");
    }
  }

  /**
   * Reads days ({@code 2026-01-31}, UTC) or times ({@code 2026-01-31T08:00:00Z}).
   *
   * @throws IllegalArgumentException that says what was expected
   */
  public static ExportRange parse(@Nullable String from, @Nullable String to) {
    return new ExportRange(
        from == null ? null : moment("from", from), to == null ? null : moment("to", to));
  }

  private static Instant moment(String name, String text) {
    try {
      Instant moment =
          text.length() == "2026-01-31".length()
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text);
      // PostgreSQL knows fewer years than Java.
      int year = moment.atOffset(ZoneOffset.UTC).getYear();
      if (year >= 2000 && year <= 9999) {
        return moment;
      }
    } catch (DateTimeException e) {
      // Falls through to the one message for every wrong form.
    }
    throw new IllegalArgumentException(
        "`%s` must be a day as `2026-01-31` or a time as `2026-01-31T08:00:00Z`, from year 2000 on"
            .formatted(name));
  }
}
