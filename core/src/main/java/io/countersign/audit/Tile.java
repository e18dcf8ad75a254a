package io.countersign.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a stretch of hashes of the tree lies, as in C2SP tlog-tiles with height 8: tile {@code
 * index} of {@code level} holds up to 256 roots of subtrees of {@code 256^level} leaves.
 */
public record Tile(int level, long index) {
  /** Hashes in a full tile. */
  public static final int WIDTH = 256;

  private static final int HEIGHT = 8;

  /** Where the hashes of a tile come from: as many as the tree has complete, 32 bytes each. */
  @FunctionalInterface
  public interface Source {
    byte[] hashes(Tile tile);
  }

  /** Reads complete subtrees of any level out of tiles. */
  public static MerkleTree.Nodes nodes(Source source) {
    return (level, index) -> {
      int inTile = level % HEIGHT;
      long first = index << inTile;
      Tile tile = new Tile(level / HEIGHT, first / WIDTH);
      int offset = (int) (first % WIDTH) * TreeHash.LENGTH;
      byte[] hashes = source.hashes(tile);
      int end = offset + (TreeHash.LENGTH << inTile);
      if (hashes.length < end) {
        throw new IllegalStateException("a hash of the tree is missing");
      }
      return root(split(Arrays.copyOfRange(hashes, offset, end)));
    };
  }

  /** The tile above, which holds this tile's root once it is full. */
  public Tile parent() {
    return new Tile(level + 1, index / WIDTH);
  }

  /** Where a static copy of the log has this tile with that many hashes. */
  public String path(int width) {
    return path("tile/" + level + "/", index, width);
  }

  /** Where a static copy of the log has the entries of a tile of level 0. */
  public static String entriesPath(long index, int width) {
    return path("tile/entries/", index, width);
  }

  private static String path(String folder, long index, int width) {
    StringBuilder groups = new StringBuilder("%03d".formatted(index % 1_000));
    for (long rest = index / 1_000; rest > 0; rest /= 1_000) {
      groups.insert(0, "x%03d/".formatted(rest % 1_000));
    }
    return folder + groups + (width == WIDTH ? "" : ".p/" + width);
  }

  /** The root over a full tile's hashes. */
  public static TreeHash root(List<TreeHash> hashes) {
    List<TreeHash> row = hashes;
    while (row.size() > 1) {
      List<TreeHash> above = new ArrayList<>(row.size() / 2);
      for (int i = 0; i < row.size(); i += 2) {
        above.add(TreeHash.node(row.get(i), row.get(i + 1)));
      }
      row = above;
    }
    return row.getFirst();
  }

  /** Splits a tile's bytes into its hashes. */
  public static List<TreeHash> split(byte[] bytes) {
    List<TreeHash> hashes = new ArrayList<>(bytes.length / TreeHash.LENGTH);
    for (int at = 0; at < bytes.length; at += TreeHash.LENGTH) {
      hashes.add(TreeHash.of(Arrays.copyOfRange(bytes, at, at + TreeHash.LENGTH)));
    }
    return hashes;
  }
}
