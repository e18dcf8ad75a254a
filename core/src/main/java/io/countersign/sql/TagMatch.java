package io.countersign.sql;

import io.countersign.action.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which data tags a statement touches; in doubt it touches them. */
public final class TagMatch {
  private TagMatch() {}

  /**
   * Tags of every table named, and of every tagged column of it that is named or may be meant by a
   * {@code *} or a whole row. A name without a schema is looked for in every schema of the search
   * path.
   */
  public static List<String> tagsTouched(Analysis analysis, Target target) {
    Set<String> tags = new TreeSet<>();
    for (String table : analysis.tables()) {
      tags.addAll(tagsTouched(analysis, target, table));
    }
    return List.copyOf(tags);
  }

  /** The same for one of the statement's tables, as written. */
  public static List<String> tagsTouched(Analysis analysis, Target target, String table) {
    // A statement that was not understood may name columns in ways the analysis cannot see.
    boolean everyColumn = analysis.wholeRows() || !analysis.isComplete();
    Set<String> tags = new TreeSet<>();
    for (String name : qualified(table, target.searchPath())) {
      for (Map.Entry<String, List<String>> tagged : target.tags().entrySet()) {
        String key = tagged.getKey();
        if (key.equals(name)) {
          tags.addAll(tagged.getValue());
        } else if (key.startsWith(name + ".")) {
          String column = key.substring(name.length() + 1);
          if (everyColumn || analysis.columns().contains(column)) {
            tags.addAll(tagged.getValue());
          }
        }
      }
    }
    return List.copyOf(tags);
  }

  private static List<String> qualified(String table, List<String> searchPath) {
    return table.indexOf('.') >= 0
        ? List.of(table)
        : searchPath.stream().map(schema -> schema + "." + table).toList();
  }
}
