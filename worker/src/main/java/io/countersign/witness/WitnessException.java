package io.countersign.witness;

/** Why a witness cannot start; the message is for people. */
public final class WitnessException extends Exception {
  private static final long serialVersionUID = 1L;

  WitnessException(String message) {
    super(message);
  }
}
