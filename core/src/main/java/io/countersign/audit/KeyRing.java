package io.countersign.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The keys that sign or signed one log, pinned by whoever checks it.
 *
 * @param keys the present one first, then retired ones
 */
public record KeyRing(List<TrustedKey> keys) {

  /**
   * A checkpoint that was signed by keys which may.
   *
   * @param signers at least one
   */
  public record Signed(Checkpoint checkpoint, List<VerifierKey> signers) {
    public Signed {
      signers = List.copyOf(signers);
    }
  }

  public KeyRing {
    keys = List.copyOf(keys);
  }

  /** Keys without an end. */
  public static KeyRing of(List<VerifierKey> keys) {
    return new KeyRing(keys.stream().map(TrustedKey::new).toList());
  }

  /** Reads one key a line, see {@link TrustedKey#parse}; empty lines do not count. */
  public static KeyRing parse(String text) throws EvidenceException {
    List<TrustedKey> keys = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (!line.isEmpty()) {
        keys.add(TrustedKey.parse(line));
      }
    }
    return new KeyRing(keys);
  }

  public List<VerifierKey> verifierKeys() {
    return keys.stream().map(TrustedKey::key).toList();
  }

  /** The key that signs now. */
  public Optional<VerifierKey> present() {
    return keys.stream().findFirst().map(TrustedKey::key);
  }

  /**
   * The keys that signed a note and that still sign a log of this size.
   *
   * @throws EvidenceException when no known key signed, or one known key's signature is wrong
   */
  List<VerifierKey> signersOf(SignedNote note, long size) throws EvidenceException {
    List<VerifierKey> signers = note.requireSignedBy(verifierKeys());
    return keys.stream()
        .filter(key -> signers.contains(key.key()) && key.maySign(size))
        .map(TrustedKey::key)
        .toList();
  }

  /** Checks a signed checkpoint: by a key whose name is its origin and that signs this far. */
  public Signed open(String note) throws EvidenceException {
    SignedNote signed = SignedNote.parse(note);
    List<VerifierKey> signers = signed.requireSignedBy(verifierKeys());
    Checkpoint checkpoint = Checkpoint.parse(signed.text());
    List<TrustedKey> own =
        keys.stream()
            .filter(key -> signers.contains(key.key()))
            .filter(key -> key.key().name().equals(checkpoint.origin()))
            .toList();
    if (own.isEmpty()) {
      throw new EvidenceException("the checkpoint is of another log than the key");
    }
    List<VerifierKey> allowed =
        own.stream().filter(key -> key.maySign(checkpoint.size())).map(TrustedKey::key).toList();
    if (allowed.isEmpty()) {
      throw new EvidenceException(
          "its key was retired at size %d, the checkpoint has size %d"
              .formatted(own.getFirst().until(), checkpoint.size()));
    }
    return new Signed(checkpoint, allowed);
  }
}
