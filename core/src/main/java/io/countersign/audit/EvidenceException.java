package io.countersign.audit;

/** A text is not the evidence it claims to be; the message says why, for a reader. */
public final class EvidenceException extends Exception {
  private static final long serialVersionUID = 1L;

  public EvidenceException(String message) {
    super(message);
  }
}
