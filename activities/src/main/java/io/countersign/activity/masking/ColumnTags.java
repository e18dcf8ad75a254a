package io.countersign.activity.masking;

import io.countersign.action.Target;
import io.countersign.activity.targets.ResultColumn;
import io.countersign.activity.targets.ResultColumn.Origin;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which tags the values of a result's columns may carry. */
public final class ColumnTags {
  private final Target target;
  private final Set<String> ofStatement;
  private final boolean understood;

  /**
   * @param ofStatement tags of everything that the statement touches
   * @param understood false where it may touch anything
   */
  public ColumnTags(Target target, Collection<String> ofStatement, boolean understood) {
    this.target = target;
    this.ofStatement = Set.copyOf(ofStatement);
    this.understood = understood;
  }

  public Set<String> of(ResultColumn column) {
    Origin origin = column.origin();
    Set<String> tags = new TreeSet<>();
    if (origin == null || !origin.ordinary()) {
      // An expression or a view may be made of any column the statement touches.
      if (origin == null || !isAboutSchema(origin)) {
        tags.addAll(understood ? ofStatement : every());
      }
      return tags;
    }
    for (String table : origin.tables()) {
      target.tags().getOrDefault(table, List.of()).forEach(tags::add);
      target.tags().getOrDefault(table + "." + origin.column(), List.of()).forEach(tags::add);
    }
    return tags;
  }

  /** The views of information_schema describe tables and hold none of their data. */
  private static boolean isAboutSchema(Origin origin) {
    return origin.tables().stream().allMatch(table -> table.startsWith("information_schema."));
  }

  private Set<String> every() {
    Set<String> tags = new TreeSet<>(ofStatement);
    target.tags().values().forEach(tags::addAll);
    return tags;
  }
}
