package io.countersign.sql;

import io.countersign.action.Target;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which data tags a statement touches; in doubt it touches them. */
public final class TagMatch {
  private TagMatch() {}

  /**
   * Tags of every table that may be touched and of every column that may be. Where the catalogue
   * could not say everything, also every tag of the tables as they are written.
   */
  public static List<String> tagsTouched(Analysis analysis, Resolution resolution, Target target) {
    Set<String> tags = new TreeSet<>();
    for (String table : resolution.tables()) {
      tags.addAll(tagsTouched(resolution, target, table));
    }
    if (!analysis.isComplete() || !resolution.isComplete()) {
      for (String table : analysis.tables()) {
        tags.addAll(tagsAsWritten(analysis, target, table));
      }
    }
    return List.copyOf(tags);
  }

  /** The same for one of the tables, {@code schema.table}. */
  public static List<String> tagsTouched(Resolution resolution, Target target, String table) {
    Set<String> tags = new TreeSet<>(target.tags().getOrDefault(table, List.of()));
    String prefix = table + ".";
    target
        .tags()
        .forEach(
            (key, values) -> {
              if (key.startsWith(prefix)
                  && (!resolution.isComplete() || resolution.columns().contains(key))) {
                tags.addAll(values);
              }
            });
    return List.copyOf(tags);
  }

  /**
   * Tags of a table as it is written, and of every tagged column of it. A name without a schema is
   * looked for in every schema of the search path.
   */
  public static List<String> tagsAsWritten(Analysis analysis, Target target, String table) {
    boolean everyColumn = analysis.wholeRows() || !analysis.isComplete();
    Set<String> tags = new TreeSet<>();
    for (String name : qualified(table, target.searchPath())) {
      target
          .tags()
          .forEach(
              (key, values) -> {
                boolean isColumn = key.startsWith(name + ".");
                if (key.equals(name)
                    || (isColumn
                        && (everyColumn
                            || analysis.columns().contains(key.substring(name.length() + 1))))) {
                  tags.addAll(values);
                }
              });
    }
    return List.copyOf(tags);
  }

  private static List<String> qualified(String table, List<String> searchPath) {
    return table.indexOf('.') >= 0
        ? List.of(table)
        : searchPath.stream().map(schema -> schema + "." + table).toList();
  }
}
