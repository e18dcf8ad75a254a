import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Checks an export of an evidence log with nothing but a JDK from 17 on:
 *
 * <pre>java Verify.java VKEY [VKEY...]</pre>
 *
 * in the folder where the zip was unpacked. Each VKEY is a key that you got from somebody you trust
 * ({@code name+id+base64}), or a file with one a line. The file {@code keys} of the export is only
 * what the exporter says. The formats are those of RFC 6962 and C2SP (signed-note, tlog-checkpoint,
 * tlog-tiles, tlog-proof).
 */
public final class Verify extends Signed {
  private final Path folder;
  private long size;
  private byte[] root;
  private long claims;
  private long cachedTile = -1;
  private byte[] cached = new byte[0];

  private Verify(Path folder, List<Key> keys) {
    super(keys);
    this.folder = folder;
  }

  public static void main(String[] arguments) {
    try {
      if (arguments.length == 0) {
        System.err.println("expected the log's key: java Verify.java VKEY");
        System.exit(2);
      }
      List<Key> keys = new ArrayList<>();
      for (String argument : arguments) {
        String text = argument.contains("+") ? argument : Files.readString(Path.of(argument));
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
          keys.add(key(line.strip()));
        }
      }
      Verify verify = new Verify(Path.of(""), keys);
      String valid = verify.check();
      String unchecked = unchecked();
      System.out.println(line("VALID: " + valid));
      System.out.println(line("not checked, and no proof of anything: " + unchecked));
    } catch (Invalid invalid) {
      fail(invalid.getMessage());
    } catch (IOException e) {
      fail("cannot be read: " + e.getMessage());
    } catch (OutOfMemoryError e) {
      fail("a file has a line that does not fit into memory");
    } catch (RuntimeException | GeneralSecurityException | StackOverflowError e) {
      fail("a file has a form that no export has");
    }
  }

  private static void fail(String why) {
    System.out.println(line("INVALID: " + why));
    System.exit(1);
  }

  private String check() throws Invalid, IOException, GeneralSecurityException {
    Head head = opened(string(folder.resolve("checkpoint")), "checkpoint");
    size = head.size();
    root = head.root();
    tree(claimed());
    long allowed = retention();
    long bundles = bundles();
    long[] range = range();
    long removed = entries(range[0], range[1], allowed);
    long receipts = receipts();
    String people = People.checked(folder);
    return ("%s, entries from %d and before %d of %d, %d removed; "
            + "%d bundles, %d receipts, %d checkpoints and anchors")
            .formatted(head.origin(), range[0], range[1], size, removed, bundles, receipts, claims)
        + people;
  }

  /* Checkpoints */

  /** Every other checkpoint and anchor, by the size that it speaks of. */
  private TreeMap<Long, List<Head>> claimed() throws Invalid, IOException {
    TreeMap<Long, List<Head>> found = new TreeMap<>();
    List<Path> files = new ArrayList<>(List.of(folder.resolve("checkpoints.txt")));
    if (Files.isDirectory(folder.resolve("anchors"))) {
      try (Stream<Path> anchors = Files.list(folder.resolve("anchors"))) {
        files.addAll(anchors.sorted().toList());
      }
    }
    for (Path file : files) {
      try (BufferedReader lines = lines(file)) {
        StringBuilder note = new StringBuilder();
        boolean signed = false;
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.isEmpty() && signed) {
            Head head = parsed(note.toString(), file + ", record " + ++number);
            found.computeIfAbsent(head.size(), any -> new ArrayList<>()).add(head);
            note.setLength(0);
          } else {
            note.append(line).append('\n');
          }
          signed = line.startsWith("\u2014 ");
        }
        require(note.isEmpty(), file + " ends within a record");
        claims += number;
      }
    }
    return found;
  }

  /* The tree */

  /** The hashes lead to the signed root, and to what every other checkpoint says. */
  private void tree(TreeMap<Long, List<Head>> claimed)
      throws Invalid, IOException, GeneralSecurityException {
    List<byte[]> frontier = new ArrayList<>();
    List<ByteArrayOutputStream> levels = new ArrayList<>();
    for (long index = 0; index * WIDTH < size; index++) {
      byte[] tile = tile(index);
      for (int i = 0; i < tile.length / HASH; i++) {
        append(frontier, index * WIDTH + i, Arrays.copyOfRange(tile, i * HASH, (i + 1) * HASH));
        long now = index * WIDTH + i + 1;
        for (Head head : claimed.getOrDefault(now, List.of())) {
          if (!Arrays.equals(head.root(), folded(frontier))) {
            throw disagrees(head, "saw other entries than the log has");
          }
        }
      }
      if (tile.length == WIDTH * HASH) {
        above(levels, 0, index, tile);
      }
    }
    for (int i = 0; i < levels.size(); i++) {
      if (levels.get(i).size() > 0) {
        same(i + 1, (size >> (8 * (i + 1))) / WIDTH, levels.get(i).toByteArray());
      }
    }
    require(Arrays.equals(folded(frontier), root), "the hashes do not lead to the signed root");
    for (List<Head> beyond : claimed.tailMap(size, false).values()) {
      throw disagrees(beyond.get(0), "saw more entries than the log's " + size);
    }
  }

  /** The tiles above are computed anew and compared. */
  private void above(List<ByteArrayOutputStream> levels, int level, long index, byte[] full)
      throws Invalid, IOException {
    List<byte[]> row = new ArrayList<>();
    for (int i = 0; i < WIDTH; i++) {
      append(row, i, Arrays.copyOfRange(full, i * HASH, (i + 1) * HASH));
    }
    if (levels.size() == level) {
      levels.add(new ByteArrayOutputStream());
    }
    ByteArrayOutputStream above = levels.get(level);
    above.writeBytes(folded(row));
    if (above.size() == WIDTH * HASH) {
      byte[] tile = above.toByteArray();
      above.reset();
      same(level + 1, index / WIDTH, tile);
      above(levels, level + 1, index / WIDTH, tile);
    }
  }

  private void same(int level, long index, byte[] computed) throws Invalid, IOException {
    String name = path("tile/" + level + "/", index, computed.length / HASH);
    require(
        Arrays.equals(bytes(folder.resolve(name), WIDTH * HASH), computed),
        name + ": is not what the tiles below lead to");
  }

  /** The hashes of 256 entries, fewer at the end. */
  private byte[] tile(long index) throws Invalid, IOException {
    if (index != cachedTile) {
      int width = (int) Math.min(WIDTH, size - index * WIDTH);
      String name = path("tile/0/", index, width);
      cached = bytes(folder.resolve(name), WIDTH * HASH);
      require(cached.length == width * HASH, name + ": does not have " + width + " hashes");
      cachedTile = index;
    }
    return cached;
  }

  /* Entries */

  private void logged(String where, long index, String entry) throws Invalid, IOException {
    require(index >= 0 && index < size, where + ": entry " + index + " is beyond the log");
    byte[] hash = leaf(entry.getBytes(UTF_8));
    int at = (int) (index % WIDTH) * HASH;
    require(
        Arrays.equals(hash, Arrays.copyOfRange(tile(index / WIDTH), at, at + HASH)),
        where + ": entry " + index + " is not what was logged");
  }

  /** Below which entry texts may be missing: signed, and their time to be kept was over. */
  private long retention() throws Invalid, IOException, GeneralSecurityException {
    long allowed = 0;
    try (BufferedReader lines = lines(folder.resolve("retention.ndjson"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<?, ?> row = Json.object(line);
        long index = (Long) row.get("index");
        String entry = (String) row.get("entry");
        logged("retention.ndjson", index, entry);
        Map<?, ?> event = Json.object(entry);
        String where = "retention.ndjson: entry " + index;
        require(event.get("type").equals("audit.retention"), where + " is no retention entry");
        long below = notice(where, index, event);
        if (row.get("kept") instanceof String kept) {
          logged("retention.ndjson", below, kept);
          require(
              time(Json.object(kept)).isBefore(cutoff(event)),
              where + " lets texts go whose time was not over");
        }
        allowed = Math.max(allowed, below);
      }
    }
    return allowed;
  }

  /** Every bundle that is there, in the form other tools read. */
  private long bundles() throws Invalid, IOException {
    long found = 0;
    for (long index = 0; index * WIDTH < size; index++) {
      int width = (int) Math.min(WIDTH, size - index * WIDTH);
      String name = path("tile/entries/", index, width);
      if (Files.exists(folder.resolve(name))) {
        ByteBuffer bundle = ByteBuffer.wrap(bytes(folder.resolve(name), WIDTH * (2 + 0xffff)));
        for (int i = 0; i < width; i++) {
          require(bundle.remaining() >= 2, name + ": is cut off");
          byte[] entry = new byte[bundle.getShort() & 0xffff];
          require(bundle.remaining() >= entry.length, name + ": is cut off");
          bundle.get(entry);
          logged(name, index * WIDTH + i, text(entry, name));
        }
        require(!bundle.hasRemaining(), name + ": has more than its entries");
        found++;
      }
    }
    return found;
  }

  private long[] range() throws Invalid, IOException {
    List<String> lines = string(folder.resolve("range.txt")).lines().toList();
    require(lines.size() == 2, "range.txt: expected two lines");
    long first = number(lines.get(0), "range.txt");
    long end = number(lines.get(1), "range.txt");
    require(first <= end && end <= size, "range.txt: is beyond the log");
    return new long[] {first, end};
  }

  private long entries(long first, long end, long allowed) throws Invalid, IOException {
    long next = first;
    long removed = 0;
    try (BufferedReader lines = lines(folder.resolve("entries.ndjson"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<?, ?> row = Json.object(line);
        require(
            row.get("index").equals(next) && next < end,
            "entries.ndjson: expected entry " + next + ", found " + row.get("index"));
        if (row.get("entry") instanceof String entry) {
          logged("entries.ndjson", next, entry);
        } else {
          require(
              next < allowed,
              "entries.ndjson: entry " + next + " is missing, and nothing allows that");
          removed++;
        }
        next++;
      }
    }
    require(next == end, "entries.ndjson: ends before entry " + next);
    return removed;
  }

  /* Receipts */

  private long receipts() throws Invalid, IOException, GeneralSecurityException {
    if (!Files.isDirectory(folder.resolve("receipts"))) {
      return 0;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.resolve("receipts"))) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      receipt(file);
    }
    return files.size();
  }

  private void receipt(Path file) throws Invalid, IOException, GeneralSecurityException {
    Map<?, ?> receipt = Json.object(string(file));
    String entry = (String) receipt.get("entry");
    Map<?, ?> event = Json.object(entry);
    require(
        "countersign-receipt/v1".equals(receipt.get("type"))
            && CLOSING.contains(event.get("type")),
        file + ": is no receipt of how an action ended");
    String action = (String) receipt.get("action_id");
    require(
        file.endsWith(action + ".json") && action.equals(event.get("action")),
        file + ": is of another action");
    require(
        receipt.get("action_digest").equals(event.get("digest")), file + ": its digest differs");
    String proof = (String) receipt.get("proof");
    int blank = proof.indexOf("\n\n");
    require(blank > 0, file + ": has no proof");
    String[] lines = proof.substring(0, blank).split("\n");
    require(
        lines.length >= 2
            && lines[0].equals("c2sp.org/tlog-proof@v1")
            && lines[1].startsWith("index "),
        file + ": has no proof");
    long index = number(lines[1].substring("index ".length()), file.toString());
    logged(file.toString(), index, entry);
    Head head = opened(proof.substring(blank + 2), file.toString());
    List<byte[]> path = new ArrayList<>();
    for (String line : List.of(lines).subList(2, lines.length)) {
      byte[] hash = base64(line, file.toString());
      require(hash.length == HASH, file + ": a hash has 32 bytes");
      path.add(hash);
    }
    byte[] climbed = climbed(index, head.size(), leaf(entry.getBytes(UTF_8)), path, file);
    require(Arrays.equals(climbed, head.root()), file + ": the proof does not lead to its root");
  }
}
