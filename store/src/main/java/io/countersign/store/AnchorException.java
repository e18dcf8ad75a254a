package io.countersign.store;

/** An anchor saw another log than the one that is stored; the message says what, for people. */
public final class AnchorException extends Exception {
  private static final long serialVersionUID = 1L;

  AnchorException(String message) {
    super(message);
  }
}
