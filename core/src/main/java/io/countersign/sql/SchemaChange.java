package io.countersign.sql;

import java.util.List;

/**
 * What people should know of one statement of a migration before it runs.
 *
 * @param creates relations that are there after it, as written
 * @param lock the strongest that it takes on a table that was there before, in PostgreSQL's words;
 *     {@link #NO_LOCK} where it takes none, {@link #UNKNOWN_LOCK} where the list does not say
 * @param warnings why it may take long while others wait
 * @param leavesTransaction true if it controls the transaction or the session it runs in
 */
public record SchemaChange(
    List<String> creates, String lock, List<String> warnings, boolean leavesTransaction) {
  public static final String NO_LOCK = "none";
  public static final String UNKNOWN_LOCK = "not known";

  /** Where the grammar gave no answer. */
  static final SchemaChange UNKNOWN = new SchemaChange(List.of(), UNKNOWN_LOCK, List.of(), false);

  public SchemaChange {
    creates = List.copyOf(creates);
    warnings = List.copyOf(warnings);
  }
}
