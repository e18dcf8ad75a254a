package io.countersign.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one statement on one target.
 *
 * @param analysis what the grammar says, with the catalogue's objections
 * @param resolution what the catalogue says
 * @param tags of the data it touches, sorted
 * @param estimatedRows that PostgreSQL expects it to return or change; null where nobody knows
 */
public record Understanding(
    Analysis analysis, Resolution resolution, List<String> tags, @Nullable Long estimatedRows) {

  public Understanding {
    tags = List.copyOf(tags);
  }
}
