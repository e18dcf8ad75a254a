package io.countersign.store.anchor;

/** An anchor saw another log than the one that is stored; the message says what, for people. */
public final class AnchorException extends Exception {
  private static final long serialVersionUID = 1L;

  public AnchorException(String message) {
    super(message);
  }
}
