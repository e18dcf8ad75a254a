import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts with exactly one spelling, and the tree of RFC 6962. */
abstract class Exact {
  static final int WIDTH = 256;
  static final int HASH = 32;
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  static final Set<String> CLOSING =
      Set.of("action.refused", "action.denied", "action.expired", "action.cancelled",
          "action.lapsed", "action.revoked", "action.succeeded", "action.failed",
          "action.unknown", "action.reconciled");
  private static final Set<String> CHECKED =
      Set.of("anchors", "checkpoint", "checkpoints.txt", "entries.ndjson", "range.txt",
          "receipts", "retention.ndjson", "subjects.ndjson", "tile");

  /** Why the export is not to be believed. */
  static final class Invalid extends Exception {
    Invalid(String reason) {
      super(reason);
    }
  }

  /** A key that the caller trusts, and the last size that it signs. */
  record Key(String name, int id, PublicKey key, long until) {}

  static void require(boolean holds, String otherwise) throws Invalid {
    if (!holds) {
      throw new Invalid(otherwise);
    }
  }

  /** Names and texts of a forged export must not look like another answer. */
  static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
  }

  /** What lies in the folder beside what is checked. */
  static String unchecked() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("."))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> !CHECKED.contains(name))
          .sorted()
          .limit(20)
          .collect(Collectors.joining(", "));
    }
  }

  /** A link could lead anywhere, and a pipe has no end; a missing file is told where it is read. */
  private static Path regular(Path file) throws Invalid {
    require(
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            || !Files.exists(file, LinkOption.NOFOLLOW_LINKS),
        file + ": is no regular file");
    return file;
  }

  static byte[] bytes(Path file, int most) throws Invalid, IOException {
    try (InputStream in = Files.newInputStream(regular(file))) {
      byte[] bytes = in.readNBytes(most + 1);
      require(bytes.length <= most, file + ": is longer than an export has it");
      return bytes;
    }
  }

  /** Of a file that is small in every export. */
  static String string(Path file) throws Invalid, IOException {
    return text(bytes(file, 1 << 20), file.toString());
  }

  static BufferedReader lines(Path file) throws Invalid, IOException {
    return Files.newBufferedReader(regular(file));
  }

  static long number(String text, String where) throws Invalid {
    require(text.matches("0|[1-9][0-9]{0,17}"), where + ": `" + cut(text) + "` is no number");
    return Long.parseLong(text);
  }

  static String cut(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "\u2026";
  }

  /** Java's decoder accepts spare bits: the re-encoding must be the same. */
  static byte[] base64(String text, String where) throws Invalid {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      require(
          Base64.getEncoder().encodeToString(bytes).equals(text), where + ": not canonical base64");
      return bytes;
    } catch (IllegalArgumentException e) {
      throw new Invalid(where + ": not base64");
    }
  }

  static String text(byte[] utf8, String where) throws Invalid {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(utf8))
          .toString();
    } catch (CharacterCodingException e) {
      throw new Invalid(where + ": is not UTF-8");
    }
  }

  /** {@code name+id+base64}, and {@code until SIZE} behind a key that was retired. */
  static Key key(String line) throws Invalid, GeneralSecurityException {
    String[] words = line.split(" until ", 2);
    String[] parts = words[0].split("\\+", 3);
    require(parts.length == 3, "a key is written `name+id+base64`");
    byte[] typed = base64(parts[2], "the key");
    require(typed.length == 1 + HASH && typed[0] == 1, "the key is not an Ed25519 key");
    byte[] name = parts[0].getBytes(StandardCharsets.UTF_8);
    byte[] named =
        ByteBuffer.allocate(name.length + 1 + typed.length)
            .put(name)
            .put((byte) '\n')
            .put(typed)
            .array();
    int id = ByteBuffer.wrap(sha256(named)).getInt();
    require(
        HexFormat.of().toHexDigits(id).equals(parts[1]),
        "the key's id does not belong to its name and bytes");
    byte[] encoded =
        ByteBuffer.allocate(SPKI.length + HASH).put(SPKI).put(typed, 1, HASH).array();
    return new Key(
        parts[0],
        id,
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)),
        words.length == 1 ? Long.MAX_VALUE : number(words[1], "the key"));
  }

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] leaf(byte[] entry) {
    return sha256(new byte[] {0}, entry);
  }

  static byte[] node(byte[] left, byte[] right) {
    return sha256(new byte[] {1}, left, right);
  }

  static void append(List<byte[]> frontier, long index, byte[] leaf) {
    byte[] hash = leaf;
    for (long rest = index; (rest & 1) == 1; rest >>= 1) {
      hash = node(frontier.remove(frontier.size() - 1), hash);
    }
    frontier.add(hash);
  }

  static byte[] folded(List<byte[]> frontier) {
    if (frontier.isEmpty()) {
      return sha256(new byte[0]);
    }
    byte[] hash = frontier.get(frontier.size() - 1);
    for (int i = frontier.size() - 2; i >= 0; i--) {
      hash = node(frontier.get(i), hash);
    }
    return hash;
  }

  static String path(String start, long index, int width) {
    StringBuilder groups = new StringBuilder("%03d".formatted(index % 1_000));
    for (long rest = index / 1_000; rest > 0; rest /= 1_000) {
      groups.insert(0, "x%03d/".formatted(rest % 1_000));
    }
    return start + groups + (width == WIDTH ? "" : ".p/" + width);
  }

  /** RFC 9162, section 2.1.3.2. */
  static byte[] climbed(long index, long size, byte[] leaf, List<byte[]> path, Path file)
      throws Invalid {
    require(index < size, file + ": the proof is of a smaller log");
    long position = index;
    long last = size - 1;
    byte[] hash = leaf;
    for (byte[] sibling : path) {
      require(last != 0, file + ": the proof is too long");
      if ((position & 1) == 1 || position == last) {
        hash = node(sibling, hash);
        while ((position & 1) == 0 && position != 0) {
          position >>= 1;
          last >>= 1;
        }
      } else {
        hash = node(hash, sibling);
      }
      position >>= 1;
      last >>= 1;
    }
    require(last == 0, file + ": the proof is too short");
    return hash;
  }

  /** JSON as far as a log has it: no fractions. */
  static final class Json {
    private final String text;
    private int at;

    private Json(String text) {
      this.text = text;
    }

    static Map<?, ?> object(String text) throws Invalid {
      Json json = new Json(text);
      Object value = json.value();
      json.space();
      require(
          json.at == text.length() && value instanceof Map,
          "`" + cut(text) + "` is no JSON object");
      return (Map<?, ?>) value;
    }

    private Object value() throws Invalid {
      space();
      char c = peek();
      if (c == '{') {
        Map<String, Object> map = new LinkedHashMap<>();
        for (boolean more = open('}'); more; more = more('}')) {
          space();
          String name = string();
          space();
          take(':');
          require(!map.containsKey(name), "a field stands twice in `" + cut(text) + "`");
          map.put(name, value());
        }
        return map;
      }
      if (c == '[') {
        List<Object> list = new ArrayList<>();
        for (boolean more = open(']'); more; more = more(']')) {
          list.add(value());
        }
        return list;
      }
      return c == '"' ? string() : word();
    }

    private boolean open(char close) throws Invalid {
      at++;
      space();
      boolean empty = peek() == close;
      at += empty ? 1 : 0;
      return !empty;
    }

    private boolean more(char close) throws Invalid {
      space();
      boolean more = peek() == ',';
      take(more ? ',' : close);
      return more;
    }

    private Object word() throws Invalid {
      int start = at;
      while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String word = text.substring(start, at);
      return switch (word) {
        case "true" -> true;
        case "false" -> false;
        case "null" -> "";
        default ->
            word.startsWith("-")
                ? (Object) (-number(word.substring(1), "JSON"))
                : number(word, "JSON");
      };
    }

    private String string() throws Invalid {
      take('"');
      StringBuilder out = new StringBuilder();
      while (peek() != '"') {
        char c = text.charAt(at++);
        out.append(c == '\\' ? escaped() : c);
      }
      at++;
      return out.toString();
    }

    private char escaped() throws Invalid {
      char c = peek();
      at++;
      if (c == 'u') {
        String hex = at + 4 <= text.length() ? text.substring(at, at + 4) : "";
        require(hex.matches("[0-9a-fA-F]{4}"), "an escape is wrong in `" + cut(text) + "`");
        at += 4;
        return (char) Integer.parseInt(hex, 16);
      }
      int which = "\"\\/bfnrt".indexOf(c);
      require(which >= 0, "an escape is wrong in `" + cut(text) + "`");
      return "\"\\/\b\f\n\r\t".charAt(which);
    }

    private void space() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private char peek() throws Invalid {
      require(at < text.length(), "`" + cut(text) + "` is no whole JSON");
      return text.charAt(at);
    }

    private void take(char expected) throws Invalid {
      require(peek() == expected, "`" + cut(text) + "` is no JSON");
      at++;
    }
  }
}
