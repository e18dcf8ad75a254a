package io.countersign.audit;

/**
 * A key that a reader pinned, and how far it may sign.
 *
 * @param until the size of the last checkpoint that it signs; {@link Long#MAX_VALUE} for no end
 */
public record TrustedKey(VerifierKey key, long until) {
  private static final String UNTIL = " until ";

  public TrustedKey {
    if (until < 0) {
      throw new IllegalArgumentException("a log has no size below zero");
    }
  }

  public TrustedKey(VerifierKey key) {
    this(key, Long.MAX_VALUE);
  }

  /** Reads a vkey, or {@code VKEY until SIZE} for a retired one. */
  public static TrustedKey parse(String line) throws EvidenceException {
    int at = line.indexOf(UNTIL);
    if (at < 0) {
      return new TrustedKey(VerifierKey.parse(line));
    }
    long until = StrictText.number(line.substring(at + UNTIL.length()));
    return new TrustedKey(VerifierKey.parse(line.substring(0, at)), until);
  }

  boolean maySign(long size) {
    return size <= until;
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return until == Long.MAX_VALUE ? key.toString() : key + UNTIL + until;
  }
}
