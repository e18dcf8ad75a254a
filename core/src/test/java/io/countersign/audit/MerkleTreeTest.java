package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  // The vectors every RFC 6962 implementation is tested with: leaves and the root after each.
  private static final String[][] VECTORS = {
    {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
    {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
    {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
    {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
    {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {
      "606162636465666768696a6b6c6d6e6f",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    }
  };

  @Test
  void rootsAreThoseOfThePublishedVectors() {
    assertThat(hex(TreeHash.EMPTY))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Frontier frontier = Frontier.EMPTY;
    for (String[] vector : VECTORS) {
      frontier = frontier.append(TreeHash.leaf(HexFormat.of().parseHex(vector[0])));
      assertThat(hex(frontier.root())).as("size %s", frontier.size()).isEqualTo(vector[1]);
    }
  }

  @Test
  void frontierAgreesWithBruteForceAndSurvivesStorage() {
    MemoryLog log = MemoryLog.ofSize(130);
    Frontier frontier = Frontier.EMPTY;
    for (int size = 0; size <= 130; size++) {
      assertThat(frontier.root()).isEqualTo(log.root(0, size));
      assertThat(MerkleTree.root(size, log.nodes())).isEqualTo(frontier.root());
      assertThat(Frontier.of(size, frontier.bytes())).isEqualTo(frontier);
      if (size < 130) {
        frontier = frontier.append(log.leaf(size));
      }
    }
  }

  @Test
  void everyLeafOfEverySmallTreeHasAProofThatFitsNoOtherPlace() {
    MemoryLog log = MemoryLog.ofSize(40);
    for (int size = 1; size <= 40; size++) {
      TreeHash root = log.root(0, size);
      for (int index = 0; index < size; index++) {
        List<TreeHash> path = MerkleTree.inclusionProof(index, size, log.nodes());
        for (int claimed = 0; claimed <= size; claimed++) {
          assertThat(MerkleTree.includes(log.leaf(index), claimed, size, path, root))
              .as("leaf %s of %s claimed at %s", index, size, claimed)
              .isEqualTo(claimed == index);
        }
        assertThat(MerkleTree.includes(log.leaf(index), index, size + 1, path, root))
            .as("leaf %s of %s in a tree of another size", index, size)
            .isEqualTo(sameShape(index, size));
      }
    }
  }

  // A proof alone does not bind the size: where the leaf's path turns the same way in the larger
  // tree, the sizes share it. The signed checkpoint is what binds the size to the root.
  private static boolean sameShape(int index, int size) {
    return turns(index, size).equals(turns(index, size + 1));
  }

  private static String turns(int index, int size) {
    StringBuilder turns = new StringBuilder();
    int start = 0;
    int end = size;
    while (end - start > 1) {
      int middle = start + Integer.highestOneBit(end - start - 1);
      boolean left = index < middle;
      turns.append(left ? 'l' : 'r');
      start = left ? start : middle;
      end = left ? middle : end;
    }
    return turns.toString();
  }

  @Test
  void anyChangeToAProofIsRefused() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      MemoryLog log = MemoryLog.ofSize(2 + random.nextInt(300));
      int size = log.size();
      int index = random.nextInt(size);
      TreeHash root = log.root(0, size);
      List<TreeHash> path = new ArrayList<>(MerkleTree.inclusionProof(index, size, log.nodes()));
      assertThat(MerkleTree.includes(log.leaf(index), index, size, path, root))
          .as("seed %s", seed)
          .isTrue();
      switch (random.nextInt(4)) {
        case 0 -> path.set(random.nextInt(path.size()), TreeHash.leaf("other"));
        case 1 -> path.add(random.nextInt(path.size() + 1), TreeHash.leaf("other"));
        case 2 -> path.remove(random.nextInt(path.size()));
        default -> path.add(path.getLast());
      }
      assertThat(MerkleTree.includes(log.leaf(index), index, size, path, root))
          .as("seed %s", seed)
          .isFalse();
    }
  }

  @Test
  void interiorNodeIsNoLeaf() {
    MemoryLog log = MemoryLog.ofSize(4);
    byte[] left = log.leaf(0).bytes();
    byte[] right = log.leaf(1).bytes();
    byte[] both = new byte[64];
    System.arraycopy(left, 0, both, 0, 32);
    System.arraycopy(right, 0, both, 32, 32);
    List<TreeHash> path = List.of(log.root(2, 4));
    assertThat(MerkleTree.includes(TreeHash.leaf(both), 0, 2, path, log.root(0, 4))).isFalse();
  }

  @Test
  void everyTreeExtendsEveryEarlierOneAndNoOther() {
    MemoryLog log = MemoryLog.ofSize(70);
    MemoryLog fork = MemoryLog.ofSize(0);
    for (int i = 0; i < 70; i++) {
      fork.add(i == 20 ? "forged" : log.entry(i));
    }
    for (int newSize = 0; newSize <= 70; newSize++) {
      for (int oldSize = 0; oldSize <= newSize; oldSize++) {
        List<TreeHash> path = MerkleTree.consistencyProof(oldSize, newSize, log.nodes());
        TreeHash oldRoot = log.root(0, oldSize);
        TreeHash newRoot = log.root(0, newSize);
        assertThat(MerkleTree.extendsTree(oldSize, oldRoot, newSize, newRoot, path))
            .as("%s to %s", oldSize, newSize)
            .isTrue();
        if (oldSize > 20) {
          assertThat(MerkleTree.extendsTree(oldSize, fork.root(0, oldSize), newSize, newRoot, path))
              .as("forged %s to %s", oldSize, newSize)
              .isFalse();
        }
        if (!path.isEmpty()) {
          List<TreeHash> shorter = path.subList(0, path.size() - 1);
          assertThat(MerkleTree.extendsTree(oldSize, oldRoot, newSize, newRoot, shorter)).isFalse();
        }
      }
    }
  }

  @Test
  void tilesGiveTheSameNodesAsTheTree() {
    MemoryLog log = MemoryLog.ofSize(700);
    Tile.Source source =
        tile -> {
          int width = tile.level() == 0 ? 1 : Tile.WIDTH;
          List<TreeHash> hashes = new ArrayList<>();
          for (long i = tile.index() * Tile.WIDTH;
              i < (tile.index() + 1) * Tile.WIDTH && (i + 1) * width <= log.size();
              i++) {
            hashes.add(log.root((int) (i * width), (int) ((i + 1) * width)));
          }
          return bytes(hashes);
        };
    MerkleTree.Nodes nodes = Tile.nodes(source);
    for (int index : new int[] {0, 1, 255, 256, 511, 512, 698, 699}) {
      assertThat(MerkleTree.inclusionProof(index, 700, nodes))
          .isEqualTo(MerkleTree.inclusionProof(index, 700, log.nodes()));
    }
    assertThat(MerkleTree.consistencyProof(257, 699, nodes))
        .isEqualTo(MerkleTree.consistencyProof(257, 699, log.nodes()));
    assertThatThrownBy(() -> nodes.node(0, 700)).isInstanceOf(IllegalStateException.class);
  }

  private static byte[] bytes(List<TreeHash> hashes) {
    byte[] bytes = new byte[hashes.size() * TreeHash.LENGTH];
    for (int i = 0; i < hashes.size(); i++) {
      System.arraycopy(hashes.get(i).bytes(), 0, bytes, i * TreeHash.LENGTH, TreeHash.LENGTH);
    }
    return bytes;
  }

  private static String hex(TreeHash hash) {
    return HexFormat.of().formatHex(hash.bytes());
  }
}
