package io.countersign.store.evidence;

/** The stored log contradicts itself or its last signed checkpoint; nothing more is signed. */
public final class DamagedLogException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public DamagedLogException(String message) {
    super(message);
  }
}
