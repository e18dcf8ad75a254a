package io.countersign.activity;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Why a statement did not run, in our own words: a server's message quotes values and is dropped
 * here.
 */
final class ExecutionFault extends Exception {
  private static final long serialVersionUID = 1;

  private final Kind kind;
  private final @Nullable String sqlState;

  /** What to do about it. */
  enum Kind {
    /** The target did not answer, or cannot be used now: later. */
    UNREACHABLE,
    /** PostgreSQL asks to try the transaction again. */
    CONFLICT,
    /** A lock was not granted in time. */
    LOCKED,
    /** The statement is at fault. */
    STATEMENT,
    /** What the statement touches is not what was judged. */
    CATALOGUE_CHANGED,
    /** More rows or bytes than approved. */
    TOO_MUCH,
    /** What is stored is not what was approved. */
    NOT_PERMITTED,
    /** Another attempt took the fence. */
    SUPERSEDED,
    /** No credential is configured for this class of statement. */
    NO_CREDENTIAL,
    /** The statement left our transaction; nobody can say from here what it did. */
    UNKNOWN_OUTCOME
  }

  private ExecutionFault(Kind kind, String message, @Nullable String sqlState) {
    super(message, null, false, false);
    this.kind = kind;
    this.sqlState = sqlState;
  }

  static ExecutionFault of(Kind kind, String message) {
    return new ExecutionFault(kind, message, null);
  }

  /** Keeps the SQLSTATE and nothing else of what the driver says. */
  static ExecutionFault of(SQLException cause) {
    String state = cause.getSQLState() == null ? "XX000" : cause.getSQLState();
    return new ExecutionFault(SqlStates.kind(state), SqlStates.words(state), state);
  }

  Kind kind() {
    return kind;
  }

  @Nullable String sqlState() {
    return sqlState;
  }

  /** Our words, for the agent. */
  String words() {
    return String.valueOf(getMessage());
  }
}
