package io.countersign.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Reads the lists beside this class: one entry a line, comments from {@code # }. */
final class ReviewedList {
  private ReviewedList() {}

  static List<String> lines(String file) {
    try (InputStream in =
        Objects.requireNonNull(ReviewedList.class.getResourceAsStream(file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("# "))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
