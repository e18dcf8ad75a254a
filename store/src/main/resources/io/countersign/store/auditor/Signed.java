import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the keys that the caller gave have signed: checkpoints, and what may be removed. */
abstract class Signed extends Exact {
  private final List<Key> keys;

  Signed(List<Key> keys) {
    this.keys = keys;
  }

  /** A signed checkpoint. */
  record Head(String origin, long size, byte[] root, String where, String note) {}

  static Head parsed(String note, String where) throws Invalid {
    int blank = note.lastIndexOf("\n\n");
    String[] lines = blank < 0 ? new String[0] : note.substring(0, blank).split("\n", -1);
    require(
        lines.length >= 3 && note.endsWith("\n") && !List.of(lines).contains(""),
        where + ": is no checkpoint");
    byte[] root = base64(lines[2], where);
    require(root.length == HASH, where + ": is no checkpoint");
    return new Head(lines[0], number(lines[1], where), root, where, note);
  }

  /** A checkpoint with the signature of a key that the caller gave. */
  Head opened(String note, String where) throws Invalid, GeneralSecurityException {
    Head head = parsed(note, where);
    boolean isSigned = false;
    for (Key key : signers(note, where)) {
      if (key.name().equals(head.origin())) {
        require(head.size() <= key.until(), where + ": its key was retired before");
        isSigned = true;
      }
    }
    require(isSigned, where + ": none of the keys you gave signed it");
    return head;
  }

  private static String text(String note) {
    return note.substring(0, note.lastIndexOf("\n\n") + 1);
  }

  /** Whose signatures a note has, of the keys that the caller gave. */
  private List<Key> signers(String note, String where) throws Invalid, GeneralSecurityException {
    int blank = note.lastIndexOf("\n\n");
    require(blank > 0, where + ": is not signed");
    byte[] text = text(note).getBytes(UTF_8);
    List<Key> signers = new ArrayList<>();
    for (String line : note.substring(blank + 2).split("\n")) {
      int space = line.lastIndexOf(' ');
      require(line.startsWith("\u2014 ") && space > 2, where + ": a signature has another form");
      byte[] bytes = base64(line.substring(space + 1), where);
      require(bytes.length > 4, where + ": a signature has another form");
      for (Key key : keys) {
        if (key.id() == ByteBuffer.wrap(bytes).getInt()
            && key.name().equals(line.substring(2, space))) {
          Signature ed25519 = Signature.getInstance("Ed25519");
          ed25519.initVerify(key.key());
          ed25519.update(text);
          byte[] signature = Arrays.copyOfRange(bytes, 4, bytes.length);
          require(
              signature.length == 64 && ed25519.verify(signature),
              where + ": the signature is wrong");
          signers.add(key);
        }
      }
    }
    return signers;
  }

  /** Signed by us, it proves another log; otherwise somebody wrote into the file. */
  Invalid disagrees(Head head, String words) throws GeneralSecurityException {
    try {
      opened(head.note(), head.where());
      return new Invalid("%s: a signed checkpoint of size %d %s".formatted(
          head.where(), head.size(), words));
    } catch (Invalid unsigned) {
      return unsigned;
    }
  }

  /** What the log's key signed about it. */
  long notice(String where, long index, Map<?, ?> event)
      throws Invalid, GeneralSecurityException {
    Map<?, ?> details = (Map<?, ?>) event.get("details");
    long below = (Long) details.get("below");
    String note = (String) details.get("notice");
    boolean signed = false;
    for (Key key : signers(note, where)) {
      String text =
          "countersign/audit.retention/v1\n%s\n%d\n%s\n%s\n"
              .formatted(key.name(), below, details.get("keep"), event.get("at"));
      signed |= text.equals(text(note)) && index < key.until();
    }
    require(
        signed && below % WIDTH == 0 && below <= index, where + " allows nothing to be removed");
    return below;
  }

  static Instant time(Map<?, ?> event) {
    return Instant.parse((String) event.get("at"));
  }

  static Instant cutoff(Map<?, ?> event) {
    Period keep = Period.parse((String) ((Map<?, ?>) event.get("details")).get("keep"));
    return time(event).atOffset(ZoneOffset.UTC).minus(keep).toInstant();
  }
}
