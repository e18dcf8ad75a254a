package io.countersign.audit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that appending needs to know of a Merkle tree: the roots of its complete subtrees.
 *
 * @param size leaves in the tree
 * @param peaks one root for each bit set in {@code size}, the largest subtree first
 */
public record Frontier(long size, List<TreeHash> peaks) {
  public static final Frontier EMPTY = new Frontier(0, List.of());

  public Frontier {
    peaks = List.copyOf(peaks);
    if (size < 0 || Long.bitCount(size) != peaks.size()) {
      throw new IllegalArgumentException("the frontier does not fit its size");
    }
  }

  /** Reads what {@link #bytes} wrote. */
  public static Frontier of(long size, byte[] bytes) {
    if (bytes.length % TreeHash.LENGTH != 0) {
      throw new IllegalArgumentException("the frontier is not made of hashes");
    }
    List<TreeHash> peaks = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += TreeHash.LENGTH) {
      peaks.add(TreeHash.of(Arrays.copyOfRange(bytes, at, at + TreeHash.LENGTH)));
    }
    return new Frontier(size, peaks);
  }

  public Frontier append(TreeHash leaf) {
    List<TreeHash> next = new ArrayList<>(peaks);
    TreeHash hash = leaf;
    // Adding one carries over every trailing one bit of the size: those subtrees merge.
    for (long carry = size; (carry & 1) == 1; carry >>= 1) {
      hash = TreeHash.node(next.removeLast(), hash);
    }
    next.add(hash);
    return new Frontier(size + 1, next);
  }

  public TreeHash root() {
    if (peaks.isEmpty()) {
      return TreeHash.EMPTY;
    }
    TreeHash root = peaks.getLast();
    for (int i = peaks.size() - 2; i >= 0; i--) {
      root = TreeHash.node(peaks.get(i), root);
    }
    return root;
  }

  public byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(peaks.size() * TreeHash.LENGTH);
    peaks.forEach(peak -> buffer.put(peak.bytes()));
    return buffer.array();
  }
}
