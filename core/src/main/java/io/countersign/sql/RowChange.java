package io.countersign.sql;

/** A way in which a statement changes the rows of a table, which is named as written. */
public record RowChange(Kind kind, String table) {

  /** What triggers and foreign keys react to. */
  public enum Kind {
    INSERT,
    UPDATE,
    DELETE,
    TRUNCATE,
    /** TRUNCATE of the table and of every table that refers to it. */
    TRUNCATE_CASCADE
  }
}
