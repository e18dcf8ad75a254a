package io.countersign.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one statement, or of several that run together, on one target.
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

  /**
   * What is known of several statements that run one after the other: the worst of each.
   *
   * @param separatorBytes between two of them in the text that {@link Analysis.Span}s point into
   * @param lengths of the statements in bytes of UTF-8
   */
  public static Understanding together(
      List<Understanding> parts, List<Integer> lengths, int separatorBytes) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    boolean isEstimated = parts.stream().allMatch(part -> part.estimatedRows != null);
    return new Understanding(
        AnalysisTogether.of(
            parts.stream().map(Understanding::analysis).toList(), lengths, separatorBytes),
        Resolution.together(parts.stream().map(Understanding::resolution).toList()),
        parts.stream().flatMap(part -> part.tags.stream()).distinct().sorted().toList(),
        isEstimated
            ? parts.stream()
                .mapToLong(part -> part.estimatedRows == null ? 0 : part.estimatedRows)
                .sum()
            : null);
  }
}
