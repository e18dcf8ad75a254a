package io.countersign.audit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A text with signatures, in the format of C2SP signed-note.
 *
 * @param text ends with a newline; what is signed
 * @param signatures in the order of the note
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
  private static final String PREFIX = "\u2014 ";
  private static final int MAX_SIGNATURES = 64;

  /**
   * One signature line.
   *
   * @param keyId of the key that made it, see {@link VerifierKey#id}
   * @param encoded the line's base64: key id and signature
   */
  public record NoteSignature(String name, int keyId, String encoded) {
    /** The line as it stands in a note, with its end. */
    @Override
    public String toString() {
      return PREFIX + name + ' ' + encoded + '\n';
    }
  }

  public SignedNote {
    signatures = List.copyOf(signatures);
  }

  public static SignedNote sign(String text, SigningKey key) {
    try {
      byte[] signature = key.sign(StrictText.utf8(text));
      VerifierKey signer = key.verifierKey();
      byte[] identified =
          ByteBuffer.allocate(4 + signature.length).putInt(signer.id()).put(signature).array();
      String encoded = Base64.getEncoder().encodeToString(identified);
      return new SignedNote(text, List.of(new NoteSignature(signer.name(), signer.id(), encoded)));
    } catch (EvidenceException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Reads a note without trusting it: {@link #requireSignedBy} comes next. */
  public static SignedNote parse(String note) throws EvidenceException {
    if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new EvidenceException("the note holds a control character");
    }
    int blank = note.lastIndexOf("\n\n");
    if (blank < 0 || !note.endsWith("\n") || blank + 2 == note.length()) {
      throw new EvidenceException("the note has no signature");
    }
    String lines = note.substring(blank + 2, note.length() - 1);
    List<NoteSignature> signatures = new ArrayList<>();
    for (String line : lines.split("\n", MAX_SIGNATURES + 2)) {
      signatures.add(signature(line));
    }
    if (signatures.size() > MAX_SIGNATURES) {
      throw new EvidenceException("the note has too many signatures");
    }
    return new SignedNote(note.substring(0, blank + 1), signatures);
  }

  /**
   * Checks the signatures of known keys; lines of unknown keys are ignored, as the format asks.
   *
   * @return the keys that signed, at least one
   * @throws EvidenceException when no known key signed, or one known key's signature is wrong
   */
  public List<VerifierKey> requireSignedBy(List<VerifierKey> known) throws EvidenceException {
    List<VerifierKey> signers = new ArrayList<>();
    byte[] signed = StrictText.utf8(text);
    for (NoteSignature line : signatures) {
      for (VerifierKey key : known) {
        if (key.id() == line.keyId() && key.name().equals(line.name())) {
          byte[] bytes = StrictText.base64(line.encoded());
          if (!key.verifies(signed, Arrays.copyOfRange(bytes, 4, bytes.length))) {
            throw new EvidenceException("the signature of a known key is wrong");
          }
          signers.add(key);
        }
      }
    }
    if (signers.isEmpty()) {
      throw new EvidenceException("no known key signed this");
    }
    return List.copyOf(signers);
  }

  /** The note as it is stored and exchanged. */
  @Override
  public String toString() {
    StringBuilder note = new StringBuilder(text).append('\n');
    for (NoteSignature line : signatures) {
      note.append(line);
    }
    return note.toString();
  }

  private static NoteSignature signature(String line) throws EvidenceException {
    int space = line.lastIndexOf(' ');
    if (!line.startsWith(PREFIX) || space < PREFIX.length()) {
      throw new EvidenceException("a signature line is malformed");
    }
    String name = line.substring(PREFIX.length(), space);
    VerifierKey.requireName(name);
    String encoded = line.substring(space + 1);
    byte[] bytes = StrictText.base64(encoded);
    if (bytes.length < 5) {
      throw new EvidenceException("a signature line is malformed");
    }
    return new NoteSignature(name, ByteBuffer.wrap(bytes).getInt(), encoded);
  }
}
