package io.countersign.store.anchor;

import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.Tile;
import io.countersign.audit.TreeHash;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditTiles;
import java.io.IOException;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Compares the stored log with what an anchor saw of it: every record must be signed by us, and the
 * newest must be a beginning of the log as it is now.
 */
public final class AnchorCheck {
  public static final String OLDER = "the database is older than its anchor";

  private final Jdbi jdbi;
  private final KeyRing keys;

  AnchorCheck(Jdbi jdbi, KeyRing keys) {
    this.jdbi = jdbi;
    this.keys = keys;
  }

  /**
   * What an anchor holds.
   *
   * @param newest entries under its newest checkpoint, 0 when it holds none
   */
  record Seen(long records, long newest, boolean torn) {}

  /** Entries in the log, by what it says of itself. */
  long logSize() {
    return jdbi.withExtension(
        AuditDao.class,
        dao ->
            Math.max(
                dao.head().map(AuditDao.Head::size).orElse(0L), dao.lastIndex().orElse(-1L) + 1));
  }

  Seen compare(AnchorSource anchor) throws IOException, AnchorException {
    Newest newest = new Newest();
    boolean torn = anchor.read((number, note) -> newest.take(number, opened(anchor, number, note)));
    Checkpoint anchored = newest.checkpoint;
    if (anchored == null) {
      return new Seen(newest.records, 0, torn);
    }
    // Read after the anchor: what was appended meanwhile is in the log by now.
    jdbi.useTransaction(handle -> requireHeld(handle.attach(AuditDao.class), anchor, anchored));
    return new Seen(newest.records, anchored.size(), torn);
  }

  private static final class Newest {
    private long records;
    private @Nullable Checkpoint checkpoint;

    void take(long number, Checkpoint opened) {
      records = number;
      if (checkpoint == null || opened.size() >= checkpoint.size()) {
        checkpoint = opened;
      }
    }
  }

  private Checkpoint opened(AnchorSource anchor, long number, String note) throws AnchorException {
    try {
      return keys.open(note).checkpoint();
    } catch (EvidenceException e) {
      throw new AnchorException(
          "record %d of %s is no checkpoint of this log: %s"
              .formatted(number, anchor, e.getMessage()));
    }
  }

  private static void requireHeld(AuditDao dao, AnchorSource anchor, Checkpoint anchored)
      throws AnchorException {
    long head = dao.head().map(AuditDao.Head::size).orElse(0L);
    long entries = Math.min(head, dao.lastIndex().orElse(-1L) + 1);
    if (entries < anchored.size()) {
      throw new AnchorException(
          "the log holds %d entries, but the anchor %s saw %d: %s"
              .formatted(entries, anchor, anchored.size(), OLDER));
    }
    if (!root(dao, anchored.size()).equals(anchored.root())) {
      throw new AnchorException(
          "the first %d entries of the log are not those that the anchor %s saw"
              .formatted(anchored.size(), anchor));
    }
  }

  private static TreeHash root(AuditDao dao, long size) throws AnchorException {
    try {
      return MerkleTree.root(size, Tile.nodes(new AuditTiles(dao)));
    } catch (IllegalStateException missing) {
      throw new AnchorException("the tree of the log is damaged: a hash of it is missing");
    }
  }
}
