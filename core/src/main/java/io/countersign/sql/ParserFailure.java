package io.countersign.sql;

/** Why a statement got no answer from the parser. */
enum ParserFailure {
  TOO_SLOW("parsing took too long", true),
  TOO_LARGE("too deep or too large for the parser", true),
  BUSY("every parser is busy", false),
  NOT_LOADED("the parser could not be loaded", false),
  CLOSED("the parser is closed", false),
  INTERRUPTED("parsing was interrupted", false);

  private final String reason;
  private final boolean isOfStatement;

  ParserFailure(String reason, boolean isOfStatement) {
    this.reason = reason;
    this.isOfStatement = isOfStatement;
  }

  /** In words for people; quotes nothing of the statement. */
  String reason() {
    return reason;
  }

  /** True if the statement is the cause, so that it would very likely fail again. */
  boolean isOfStatement() {
    return isOfStatement;
  }
}
