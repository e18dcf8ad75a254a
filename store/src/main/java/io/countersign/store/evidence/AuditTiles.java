package io.countersign.store.evidence;

import io.countersign.audit.Tile;
import io.countersign.audit.TreeHash;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The stored tree, read and appended to within one transaction. */
public final class AuditTiles implements Tile.Source {
  private final AuditDao dao;
  private final Map<Tile, byte[]> tiles = new HashMap<>();
  private final Set<Tile> changed = new HashSet<>();

  public AuditTiles(AuditDao dao) {
    this.dao = dao;
  }

  @Override
  public byte[] hashes(Tile tile) {
    return tiles.computeIfAbsent(
        tile, wanted -> dao.tile(wanted.level(), wanted.index()).orElse(new byte[0]));
  }

  /** Adds the leaf with this index, and the root of every tile it fills. */
  public void append(long index, TreeHash leaf) {
    append(new Tile(0, index / Tile.WIDTH), (int) (index % Tile.WIDTH), leaf);
  }

  private void append(Tile tile, int position, TreeHash hash) {
    byte[] before = hashes(tile);
    if (before.length != position * TreeHash.LENGTH) {
      throw new DamagedLogException("tile " + tile.level() + "/" + tile.index() + " is damaged");
    }
    byte[] after = Arrays.copyOf(before, before.length + TreeHash.LENGTH);
    System.arraycopy(hash.bytes(), 0, after, before.length, TreeHash.LENGTH);
    tiles.put(tile, after);
    changed.add(tile);
    if (position + 1 == Tile.WIDTH) {
      TreeHash root = Tile.root(Tile.split(after));
      append(tile.parent(), (int) (tile.index() % Tile.WIDTH), root);
    }
  }

  public void store() {
    changed.forEach(tile -> dao.putTile(tile.level(), tile.index(), hashes(tile)));
    changed.clear();
  }
}
