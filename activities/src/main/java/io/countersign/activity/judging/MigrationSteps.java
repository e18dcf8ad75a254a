package io.countersign.activity.judging;

import io.countersign.action.Target;
import io.countersign.activity.catalogue.CatalogueReader;
import io.countersign.sql.Resolution;
import io.countersign.sql.SchemaChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known of a migration's steps, in their order: a table that an earlier step creates is not
 * missing, and each step says which lock it takes.
 */
final class MigrationSteps {
  private final Target target;
  private final Set<String> created = new TreeSet<>();
  private int number;

  MigrationSteps(Target target) {
    this.target = target;
  }

  /** What the next step's names mean after the steps before it. */
  Resolution next(List<String> tables, SchemaChange change, Resolution found) {
    number++;
    change.creates().forEach(name -> created.add(qualified(name)));
    List<String> objections = new ArrayList<>(found.objections());
    for (String table : tables) {
      if (created.contains(qualified(table))) {
        objections.remove(CatalogueReader.absent(table));
      }
    }
    List<String> effects = new ArrayList<>(found.effects());
    effects.addFirst("step %d: lock %s".formatted(number, change.lock()));
    return found.with(effects, objections);
  }

  /** What takes long while others wait, for reviewers of the step that came last. */
  List<String> warnings(SchemaChange change) {
    return change.warnings().stream().map(text -> "step " + number + ": " + text).toList();
  }

  /** Without a schema it is created in the first of the search path. */
  private String qualified(String name) {
    return name.indexOf('.') >= 0 ? name : target.searchPath().getFirst() + "." + name;
  }
}
