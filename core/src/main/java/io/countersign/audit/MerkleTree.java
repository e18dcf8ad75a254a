package io.countersign.audit;

import java.util.ArrayList;
import java.util.List;

/** Proofs over an RFC 6962 Merkle tree: how they are made (2.1.1, 2.1.2) and checked (RFC 9162). */
public final class MerkleTree {
  private MerkleTree() {}

  /** Where the roots of complete, aligned subtrees come from. */
  @FunctionalInterface
  public interface Nodes {
    /** The root over the leaves {@code [index << level, (index + 1) << level)}. */
    TreeHash node(int level, long index);
  }

  /** The root over the first {@code size} leaves. */
  public static TreeHash root(long size, Nodes nodes) {
    return size == 0 ? TreeHash.EMPTY : rangeRoot(0, size, nodes);
  }

  /** The audit path of a leaf, its sibling first. */
  public static List<TreeHash> inclusionProof(long index, long size, Nodes nodes) {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("the index must be below the size");
    }
    List<TreeHash> path = new ArrayList<>();
    inclusion(index, 0, size, nodes, path);
    return List.copyOf(path);
  }

  /** Proves that the tree of {@code newSize} leaves extends the one of {@code oldSize}. */
  public static List<TreeHash> consistencyProof(long oldSize, long newSize, Nodes nodes) {
    if (oldSize < 0 || oldSize > newSize) {
      throw new IllegalArgumentException("the old size must not exceed the new one");
    }
    List<TreeHash> path = new ArrayList<>();
    if (oldSize > 0 && oldSize < newSize) {
      consistency(oldSize, 0, newSize, true, nodes, path);
    }
    return List.copyOf(path);
  }

  /** RFC 9162 section 2.1.3.2. */
  public static boolean includes(
      TreeHash leaf, long index, long size, List<TreeHash> path, TreeHash root) {
    if (index < 0 || index >= size) {
      return false;
    }
    long node = index;
    long last = size - 1;
    TreeHash hash = leaf;
    for (TreeHash sibling : path) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        hash = TreeHash.node(sibling, hash);
        int skipped = node == 0 ? Long.SIZE - 1 : Long.numberOfTrailingZeros(node);
        node >>= skipped;
        last >>= skipped;
      } else {
        hash = TreeHash.node(hash, sibling);
      }
      node >>= 1;
      last >>= 1;
    }
    return last == 0 && hash.equals(root);
  }

  /** RFC 9162 section 2.1.4.2. Everything extends the empty tree, by an empty proof. */
  public static boolean extendsTree(
      long oldSize, TreeHash oldRoot, long newSize, TreeHash newRoot, List<TreeHash> path) {
    if (oldSize < 0 || oldSize > newSize) {
      return false;
    }
    if (oldSize == newSize) {
      return path.isEmpty() && oldRoot.equals(newRoot);
    }
    if (oldSize == 0) {
      return path.isEmpty() && oldRoot.equals(TreeHash.EMPTY);
    }
    List<TreeHash> hashes = new ArrayList<>(path);
    if (Long.bitCount(oldSize) == 1) {
      hashes.addFirst(oldRoot);
    }
    return !hashes.isEmpty() && walk(oldSize, oldRoot, newSize, newRoot, hashes);
  }

  private static boolean walk(
      long oldSize, TreeHash oldRoot, long newSize, TreeHash newRoot, List<TreeHash> hashes) {
    int shared = Long.numberOfTrailingZeros(oldSize);
    long node = (oldSize - 1) >> shared;
    long last = (newSize - 1) >> shared;
    TreeHash before = hashes.getFirst();
    TreeHash after = before;
    for (TreeHash hash : hashes.subList(1, hashes.size())) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        before = TreeHash.node(hash, before);
        after = TreeHash.node(hash, after);
        int skipped = node == 0 ? Long.SIZE - 1 : Long.numberOfTrailingZeros(node);
        node >>= skipped;
        last >>= skipped;
      } else {
        after = TreeHash.node(after, hash);
      }
      node >>= 1;
      last >>= 1;
    }
    return last == 0 && before.equals(oldRoot) && after.equals(newRoot);
  }

  private static void inclusion(
      long index, long start, long end, Nodes nodes, List<TreeHash> path) {
    if (end - start == 1) {
      return;
    }
    long middle = start + split(end - start);
    if (index < middle) {
      inclusion(index, start, middle, nodes, path);
      path.add(rangeRoot(middle, end, nodes));
    } else {
      inclusion(index, middle, end, nodes, path);
      path.add(rangeRoot(start, middle, nodes));
    }
  }

  // SUBPROOF of RFC 6962 section 2.1.2; known: the verifier has the root of this range already.
  private static void consistency(
      long oldSize, long start, long end, boolean known, Nodes nodes, List<TreeHash> path) {
    if (oldSize == end) {
      if (!known) {
        path.add(rangeRoot(start, end, nodes));
      }
      return;
    }
    long middle = start + split(end - start);
    if (oldSize <= middle) {
      consistency(oldSize, start, middle, known, nodes, path);
      path.add(rangeRoot(middle, end, nodes));
    } else {
      consistency(oldSize, middle, end, false, nodes, path);
      path.add(rangeRoot(start, middle, nodes));
    }
  }

  private static TreeHash rangeRoot(long start, long end, Nodes nodes) {
    long length = end - start;
    if (Long.bitCount(length) == 1) {
      int level = Long.numberOfTrailingZeros(length);
      return nodes.node(level, start >> level);
    }
    long middle = start + split(length);
    return TreeHash.node(rangeRoot(start, middle, nodes), rangeRoot(middle, end, nodes));
  }

  /** The largest power of two below {@code length}. */
  private static long split(long length) {
    return Long.highestOneBit(length - 1);
  }
}
