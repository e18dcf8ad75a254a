package io.countersign.activity.judging;

import io.countersign.action.Target;
import io.countersign.activity.catalogue.CatalogueReader;
import io.countersign.sql.Resolution;
import io.countersign.sql.SchemaChange;
import io.countersign.sql.TransactionParts;
import io.countersign.sql.TransactionParts.Part;
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
  private final List<Part> parts;
  private int number;

  MigrationSteps(Target target, List<String> statements) {
    this.target = target;
    this.parts = TransactionParts.of(statements);
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
    List<String> warnings = new ArrayList<>(change.warnings());
    for (Part part : parts) {
      if (part.from() == number - 1) {
        warnings.addAll(warnings(part));
      }
    }
    return warnings.stream().map(text -> "step " + number + ": " + text).toList();
  }

  private List<String> warnings(Part part) {
    List<String> warnings = new ArrayList<>();
    if (part.isOutside()) {
      warnings.add("runs in no transaction, at most once");
    }
    if (part.from() > 0) {
      warnings.add("what was done before it stays, even if it fails");
    }
    return warnings;
  }

  /** Without a schema it is created in the first of the search path. */
  private String qualified(String name) {
    return name.indexOf('.') >= 0 ? name : target.searchPath().getFirst() + "." + name;
  }
}
