package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.countersign.audit.Checkpoint;
import io.countersign.audit.Frontier;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Tile;
import io.countersign.audit.TreeHash;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.Notices;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The log as static files in the layout of C2SP tlog-tiles, as of one signed checkpoint. Needs a
 * snapshot of the database that stands still, and no more memory than one bundle.
 */
public final class StaticTiles {
  /** A length in a bundle has two bytes. */
  public static final int MAX_BODY = 0xffff;

  private final AuditDao dao;
  private final long size;
  private final KeyRing keys;

  private StaticTiles(AuditDao dao, long size, KeyRing keys) {
    this.dao = dao;
    this.size = size;
    this.keys = keys;
  }

  /** Takes the files: a folder, a zip, or whoever compares. */
  @FunctionalInterface
  public interface Sink {
    /**
     * @param name relative, with slashes
     */
    void file(String name, byte[] bytes) throws IOException;

    /** Whether to make this bundle at all; what a sink has already needs no reading. */
    default boolean wants(String name) {
      return true;
    }
  }

  /**
   * What became of the bundles.
   *
   * @param written how many the sink was given
   * @param leftOut of those it wanted, how many miss: retention removed bodies in them, or one is
   *     longer than the layout allows
   */
  public record Bundles(long written, long leftOut) {}

  /**
   * @param dao within a transaction that sees one snapshot
   * @param checkpoint whose signature was checked
   * @param keys that sign or signed the log
   * @throws DamagedLogException when the stored hashes do not lead to the checkpoint's root
   */
  public static StaticTiles of(AuditDao dao, Checkpoint checkpoint, KeyRing keys) {
    StaticTiles tiles = new StaticTiles(dao, checkpoint.size(), keys);
    if (!tiles.root(checkpoint.size()).equals(checkpoint.root())) {
      throw new DamagedLogException(
          "the hashes of the log do not lead to its signed checkpoint of size "
              + checkpoint.size());
    }
    return tiles;
  }

  /** The root over that many entries at most, computed from their hashes alone. */
  public TreeHash root(long entries) {
    Frontier tree = Frontier.EMPTY;
    for (long index = 0; index * Tile.WIDTH < entries; index++) {
      for (TreeHash leaf : Tile.split(leaves(index, entries))) {
        tree = tree.append(leaf);
      }
    }
    return tree.root();
  }

  /** Every tile of hashes; those above the first level are computed anew. */
  public void hashes(Sink sink) throws IOException {
    List<List<TreeHash>> growing = new ArrayList<>();
    for (long index = 0; index * Tile.WIDTH < size; index++) {
      byte[] hashes = leaves(index, size);
      int width = hashes.length / TreeHash.LENGTH;
      Tile tile = new Tile(0, index);
      sink.file(tile.path(width), hashes);
      if (width == Tile.WIDTH) {
        grow(growing, tile, Tile.root(Tile.split(hashes)), sink);
      }
    }
    for (int i = 0; i < growing.size(); i++) {
      List<TreeHash> hashes = growing.get(i);
      if (!hashes.isEmpty()) {
        long index = (size >> (8 * (i + 1))) / Tile.WIDTH;
        sink.file(new Tile(i + 1, index).path(hashes.size()), join(hashes));
      }
    }
  }

  /** Puts a full tile's root into the tile above, which may fill that one in turn. */
  private static void grow(List<List<TreeHash>> growing, Tile full, TreeHash root, Sink sink)
      throws IOException {
    if (growing.size() == full.level()) {
      growing.add(new ArrayList<>(Tile.WIDTH));
    }
    List<TreeHash> above = growing.get(full.level());
    above.add(root);
    if (above.size() == Tile.WIDTH) {
      Tile parent = full.parent();
      sink.file(parent.path(Tile.WIDTH), join(above));
      TreeHash next = Tile.root(above);
      above.clear();
      grow(growing, parent, next, sink);
    }
  }

  private static byte[] join(List<TreeHash> hashes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(hashes.size() * TreeHash.LENGTH);
    hashes.forEach(hash -> bytes.writeBytes(hash.bytes()));
    return bytes.toByteArray();
  }

  /**
   * Every bundle of entries that is whole; each entry is hashed again.
   *
   * @throws DamagedLogException when an entry is not the one that was logged
   */
  public Bundles entries(Sink sink) throws IOException {
    return entries(0, size, sink);
  }

  /** The bundles that hold entries {@code [first, end)}. */
  public Bundles entries(long first, long end, Sink sink) throws IOException {
    long allowed = new Notices(dao, keys).below(size);
    long written = 0;
    long leftOut = 0;
    long after = first < end ? end : 0;
    for (long index = first / Tile.WIDTH; index * Tile.WIDTH < after; index++) {
      int width = (int) Math.min(Tile.WIDTH, size - index * Tile.WIDTH);
      String name = Tile.entriesPath(index, width);
      if (sink.wants(name)) {
        byte[] bundle = bundle(index, width, allowed);
        if (bundle.length == 0) {
          leftOut++;
        } else {
          sink.file(name, bundle);
          written++;
        }
      }
    }
    return new Bundles(written, leftOut);
  }

  /** Empty where a body was removed or is too long: a bundle is whole or not there. */
  private byte[] bundle(long index, int width, long allowed) {
    long first = index * Tile.WIDTH;
    List<TreeHash> leaves = Tile.split(leaves(index, size));
    List<AuditDao.Entry> entries = dao.entries(first, first + width, width);
    ByteArrayOutputStream bundle = new ByteArrayOutputStream();
    boolean isWhole = true;
    for (int i = 0; i < width; i++) {
      long expected = first + i;
      if (i >= entries.size() || entries.get(i).idx() != expected) {
        throw new DamagedLogException("entry " + expected + " is missing");
      }
      String body = entries.get(i).body();
      if (body.isEmpty()) {
        if (expected >= allowed) {
          throw new DamagedLogException(
              "the body of entry "
                  + expected
                  + " is missing, and no signed retention event allows it");
        }
        isWhole = false;
      } else {
        isWhole &= append(bundle, expected, body.getBytes(UTF_8), leaves.get(i));
      }
    }
    return isWhole ? bundle.toByteArray() : new byte[0];
  }

  /** Answers whether a bundle can hold it. */
  private static boolean append(
      ByteArrayOutputStream bundle, long index, byte[] body, TreeHash logged) {
    if (!TreeHash.leaf(body).equals(logged)) {
      throw new DamagedLogException("entry " + index + " is not the one that was logged here");
    }
    if (body.length > MAX_BODY) {
      return false;
    }
    bundle.write(body.length >> 8);
    bundle.write(body.length);
    bundle.writeBytes(body);
    return true;
  }

  /** The hashes of a tile of level 0, of a log of that size. */
  byte[] leaves(long index, long entries) {
    int width = (int) Math.min(Tile.WIDTH, entries - index * Tile.WIDTH);
    byte[] stored = dao.tile(0, index).orElse(new byte[0]);
    if (stored.length < width * TreeHash.LENGTH) {
      long missing = index * Tile.WIDTH + stored.length / TreeHash.LENGTH;
      throw new DamagedLogException("the tree has no hash for entry " + missing);
    }
    return Arrays.copyOf(stored, width * TreeHash.LENGTH);
  }
}
