package io.countersign.activity.catalogue;

import io.countersign.sql.Analysis;
import io.countersign.sql.Mentions;
import io.countersign.sql.StatementClass;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a catalogue: the names of a statement, without its values.
 *
 * @param schemas searched after pg_catalog
 * @param role that will run the statement, null for the one that asks
 */
public record Question(
    List<String> tables,
    List<String> columns,
    boolean wholeRows,
    boolean complete,
    List<String> functions,
    List<String> operators,
    List<String> types,
    Mentions mentions,
    StatementClass statementClass,
    List<String> schemas,
    @Nullable String role) {

  public static Question of(Analysis analysis, List<String> schemas, @Nullable String role) {
    return new Question(
        analysis.tables(),
        analysis.columns(),
        analysis.wholeRows(),
        isComplete(analysis),
        analysis.functions(),
        analysis.operators(),
        analysis.types(),
        analysis.mentions(),
        analysis.statementClass(),
        List.copyOf(schemas),
        role);
  }

  /** But for doubts, which the catalogue settles. */
  private static boolean isComplete(Analysis analysis) {
    List<String> reasons = new ArrayList<>(analysis.uninspectable());
    analysis.mentions().doubts().forEach(doubt -> reasons.remove(doubt.reason()));
    return reasons.isEmpty();
  }
}
