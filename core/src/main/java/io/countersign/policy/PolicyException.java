package io.countersign.policy;

/**
 * A policy, or facts for it, that cannot be used; the text is {@code file:line:column: message}.
 */
public final class PolicyException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  /** Line and column count from 1; 1:1 where the whole file is meant. */
  public PolicyException(String fileName, int line, int column, String message) {
    super(fileName + ":" + line + ":" + column + ": " + message);
    this.line = line;
    this.column = column;
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }
}
