package io.countersign.witness;

import io.countersign.audit.AddCheckpoint;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TreeHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A log in memory, as a witness sees it; two with different entries are two histories. */
public final class SampleLog {
  private final SigningKey key;
  private final List<TreeHash> leaves = new ArrayList<>();
  private final Map<String, TreeHash> nodes = new HashMap<>();

  public SampleLog(SigningKey key, String entries, int size) {
    this.key = key;
    for (int i = 0; i < size; i++) {
      leaves.add(TreeHash.leaf(entries + i));
    }
  }

  private TreeHash node(int level, long index) {
    if (level == 0) {
      return leaves.get((int) index);
    }
    TreeHash known = nodes.get(level + "/" + index);
    if (known == null) {
      known = TreeHash.node(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
      nodes.put(level + "/" + index, known);
    }
    return known;
  }

  /** Its signed checkpoint of that size. */
  public String checkpoint(long size) {
    return new Checkpoint(key.origin(), size, MerkleTree.root(size, this::node)).sign(key);
  }

  List<TreeHash> proof(long oldSize, long newSize) {
    return MerkleTree.consistencyProof(oldSize, newSize, this::node);
  }

  /** Asks for a cosignature, with a proof. */
  public AddCheckpoint request(long oldSize, long newSize) {
    return new AddCheckpoint(oldSize, proof(oldSize, newSize), checkpoint(newSize));
  }
}
