package io.countersign.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A stretch of local time, from a moment (included) to a moment (excluded). A time that clocks skip
 * is the moment at which they jump; one that they show twice is the first for the start and the
 * second for the end.
 */
sealed interface Span {

  /** When it ends, if {@code now} lies in it. */
  Optional<Instant> until(Instant now, ZoneId zone);

  /** Once, between two dates. */
  record Dates(LocalDateTime from, LocalDateTime to) implements Span {
    @Override
    public Optional<Instant> until(Instant now, ZoneId zone) {
      Instant end = last(to, zone);
      return now.isBefore(first(from, zone)) || !now.isBefore(end)
          ? Optional.empty()
          : Optional.of(end);
    }

    boolean isOver(Instant now, ZoneId zone) {
      return !now.isBefore(last(to, zone));
    }
  }

  /** On each of the days; overnight where the end is not after the start, which is on that day. */
  record Daily(LocalTime from, LocalTime to, Set<DayOfWeek> days) implements Span {
    @Override
    public Optional<Instant> until(Instant now, ZoneId zone) {
      LocalDate today = now.atZone(zone).toLocalDate();
      return LongStream.rangeClosed(-2, 1)
          .mapToObj(today::plusDays)
          .filter(day -> days.contains(day.getDayOfWeek()))
          .flatMap(day -> on(day).until(now, zone).stream())
          .max(Comparator.naturalOrder());
    }

    private Dates on(LocalDate day) {
      LocalDate last = to.isAfter(from) ? day : day.plusDays(1);
      return new Dates(day.atTime(from), last.atTime(to));
    }
  }

  private static Instant first(LocalDateTime time, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(time);
    return change != null && change.isGap()
        ? change.getInstant()
        : time.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
  }

  private static Instant last(LocalDateTime time, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(time);
    return change != null && change.isGap()
        ? change.getInstant()
        : time.atZone(zone).withLaterOffsetAtOverlap().toInstant();
  }
}
