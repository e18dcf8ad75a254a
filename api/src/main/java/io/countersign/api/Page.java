package io.countersign.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.countersign.action.ActionId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param nextCursor opaque; null on the last page
 */
record Page<T>(
    List<T> items, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {
  private static final int DEFAULT_SIZE = 50;
  private static final int MAX_SIZE = 200;

  /** Where a page begins: after this time and id. */
  record Position(Instant time, String id) {
    static @Nullable Position parse(@Nullable String cursor) {
      if (cursor == null) {
        return null;
      }
      try {
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        String[] parts = new String(bytes, StandardCharsets.UTF_8).split(" ", 2);
        Position position = new Position(Instant.parse(parts[0]), parts[1]);
        if (!ActionId.isWellFormed(position.id) || !isOurs(position.time)) {
          throw new IllegalArgumentException("nothing we gave out");
        }
        return position;
      } catch (IllegalArgumentException
          | DateTimeException
          | ArrayIndexOutOfBoundsException notOurs) {
        throw Body.refusal("`cursor` is not one this service gave out");
      }
    }

    /** PostgreSQL knows fewer years than Java. */
    private static boolean isOurs(Instant time) {
      int year = time.atOffset(ZoneOffset.UTC).getYear();
      return year >= 2000 && year <= 9999;
    }

    String text() {
      byte[] bytes = (time + " " + id).getBytes(StandardCharsets.UTF_8);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
  }

  /**
   * @param found up to one more than fits
   */
  static <T> Page<T> of(List<T> found, int size, Function<T, Position> position) {
    if (found.size() <= size) {
      return new Page<>(found, null);
    }
    List<T> items = List.copyOf(found.subList(0, size));
    return new Page<>(items, position.apply(items.getLast()).text());
  }

  /** A page size of 1 to 200; 50 where none is asked for. */
  static int size(@Nullable String limit) {
    if (limit == null) {
      return DEFAULT_SIZE;
    }
    if (!limit.matches("\\d{1,4}")
        || Integer.parseInt(limit) < 1
        || Integer.parseInt(limit) > MAX_SIZE) {
      throw Body.refusal("`limit` must be a whole number between 1 and 200");
    }
    return Integer.parseInt(limit);
  }
}
