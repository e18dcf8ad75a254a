package io.countersign.store.verification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.Frontier;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Tile;
import io.countersign.audit.TreeHash;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.Notices;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One walk over the stored log from its first entry to its head. */
final class LogWalk {
  private static final int PAGE = 1_000;

  private final AuditDao dao;
  private final KeyRing keys;
  private final Signers signers;
  private final AnchorWalk anchors;
  private final Pruned pruned;
  private final Set<String> people = new HashSet<>();
  private final Deque<AuditDao.StoredCheckpoint> checkpoints = new ArrayDeque<>();
  private long lastCheckpointRead;
  private long checkpointsChecked;
  private long signedSize;
  private Frontier tree = Frontier.EMPTY;
  private Tile tile = new Tile(0, -1);
  private byte[] tileHashes = new byte[0];

  /**
   * @param anchors read before the snapshot was taken that is walked here
   */
  LogWalk(AuditDao dao, KeyRing keys, AnchorWalk anchors) {
    this.dao = dao;
    this.keys = keys;
    this.signers = new Signers(keys);
    this.pruned = new Pruned(new Notices(dao, keys));
    this.anchors = anchors;
  }

  /** What is wrong first; unwinds the walk, never leaves this class. */
  private static final class Finding extends Exception {
    private static final long serialVersionUID = 1L;
    private final long index;

    Finding(long index, String reason) {
      super(reason);
      this.index = index;
    }
  }

  AuditReport walk() {
    List<AnchorWalk.Problem> problems = new ArrayList<>();
    try {
      anchors.at(0, tree.root(), null);
      checkEntries();
      checkEnd();
      checkUpperTiles();
      Optional<Long> bare = pruned.index();
      if (bare.isPresent()) {
        throw new Finding(bare.get(), pruned.reason(bare.get()));
      }
      anchors.end(tree.size());
      throwIfPresent(tree.size(), signers.end(tree.size()));
    } catch (Finding finding) {
      String reason = Objects.requireNonNull(finding.getMessage());
      problems.add(new AnchorWalk.Problem(finding.index, reason));
    }
    problems.addAll(anchors.problems());
    if (problems.isEmpty()) {
      return new AuditReport.Intact(
          tree.size(), checkpointsChecked, dao.countWaiting(), anchors.compared());
    }
    AnchorWalk.Problem first = problems.removeFirst();
    return new AuditReport.Damaged(
        first.index(),
        first.reason(),
        problems.stream().map(AnchorWalk.Problem::reason).toList(),
        anchors.proof());
  }

  /** What the entries with their bodies call the people who acted; as many as there are people. */
  Set<String> people() {
    return people;
  }

  private static void throwIfPresent(long index, Optional<String> reason) throws Finding {
    if (reason.isPresent()) {
      throw new Finding(index, reason.get());
    }
  }

  private void checkEntries() throws Finding {
    // Searches and timelines would show them.
    if (dao.hasEntriesBeforeTheFirst()) {
      throw new Finding(0, "there are entries before entry 0");
    }
    List<AuditDao.Entry> page;
    do {
      page = dao.entries(tree.size(), Long.MAX_VALUE, PAGE);
      for (AuditDao.Entry entry : page) {
        checkEntry(entry);
        checkCheckpoint();
      }
    } while (page.size() == PAGE);
  }

  private void checkEntry(AuditDao.Entry entry) throws Finding {
    long index = tree.size();
    if (entry.idx() != index) {
      throw new Finding(index, "entry " + index + " is missing");
    }
    boolean isPruned = entry.body().isEmpty();
    TreeHash leaf = isPruned ? stored(entry) : TreeHash.leaf(entry.body());
    if (!Arrays.equals(leaf.bytes(), entry.leafHash())) {
      throw new Finding(index, "entry " + index + " does not have the hash stored beside it");
    }
    if (!leaf.equals(logged(index))) {
      throw new Finding(index, "entry " + index + " is not the one that was logged here");
    }
    Optional<String> column = isPruned ? Optional.empty() : strayColumn(entry);
    if (column.isPresent()) {
      throw new Finding(
          index, "entry " + index + ": column " + column.get() + " contradicts the body");
    }
    throwIfPresent(index, pruned.entry(entry));
    throwIfPresent(index, signers.entry(index, entry.type(), entry.body()));
    tree = tree.append(leaf);
  }

  /** Of an entry without its body. */
  private static TreeHash stored(AuditDao.Entry entry) throws Finding {
    if (entry.leafHash().length != TreeHash.LENGTH) {
      throw new Finding(entry.idx(), "entry " + entry.idx() + " has no hash");
    }
    return TreeHash.of(entry.leafHash());
  }

  /** The leaf that the tree was built with. */
  private TreeHash logged(long index) throws Finding {
    Tile wanted = new Tile(0, index / Tile.WIDTH);
    if (!wanted.equals(tile)) {
      tile = wanted;
      tileHashes = dao.tile(0, wanted.index()).orElse(new byte[0]);
    }
    int offset = (int) (index % Tile.WIDTH) * TreeHash.LENGTH;
    if (tileHashes.length < offset + TreeHash.LENGTH) {
      throw new Finding(index, "the tree has no hash for entry " + index);
    }
    return TreeHash.of(Arrays.copyOfRange(tileHashes, offset, offset + TreeHash.LENGTH));
  }

  /** Searching relies on these columns, but only the body is hashed. */
  private Optional<String> strayColumn(AuditDao.Entry entry) {
    try {
      JsonNode body = Json.MAPPER.readTree(entry.body());
      JsonNode actor = body.path("actor");
      if (actor.path("type").asText().equals("person")) {
        people.add(actor.path("id").asText());
      }
      if (!Objects.equals(text(body, "action"), entry.actionId())) {
        return Optional.of("action_id");
      }
      if (!entry.type().equals(text(body, "type"))) {
        return Optional.of("type");
      }
      Instant at = Instant.parse(body.path("at").asText());
      return at.equals(entry.occurredAt()) ? Optional.empty() : Optional.of("occurred_at");
    } catch (JsonProcessingException | DateTimeException e) {
      return Optional.of("body");
    }
  }

  private static @Nullable String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    return value == null ? null : value.asText();
  }

  private void checkCheckpoint() throws Finding {
    AuditDao.StoredCheckpoint stored = nextCheckpoint();
    if (stored == null || stored.size() != tree.size()) {
      compareWithAnchors(null);
      return;
    }
    String name = "the checkpoint of size " + stored.size();
    KeyRing.Signed opened = open(stored, name);
    Checkpoint signed = opened.checkpoint();
    if (signed.size() != stored.size() || !Arrays.equals(signed.root().bytes(), stored.root())) {
      throw new Finding(signedSize, name + " contradicts its signed note");
    }
    if (!signed.root().equals(tree.root())) {
      String entries = "entries " + signedSize + " to " + (tree.size() - 1);
      throw new Finding(signedSize, entries + " are not what " + name + " signed");
    }
    throwIfPresent(signedSize, signers.checkpoint(stored.size(), opened.signers()));
    compareWithAnchors(stored.note());
    checkpoints.removeFirst();
    checkpointsChecked++;
    signedSize = stored.size();
  }

  private void compareWithAnchors(@Nullable String signed) {
    if (anchors.saw(tree.size())) {
      anchors.at(tree.size(), tree.root(), signed);
    }
  }

  private KeyRing.Signed open(AuditDao.StoredCheckpoint stored, String name) throws Finding {
    try {
      return keys.open(stored.note());
    } catch (EvidenceException e) {
      throw new Finding(signedSize, name + ": " + e.getMessage());
    }
  }

  private AuditDao.@Nullable StoredCheckpoint nextCheckpoint() {
    if (checkpoints.isEmpty()) {
      checkpoints.addAll(dao.checkpointsAfter(lastCheckpointRead, PAGE));
      if (!checkpoints.isEmpty()) {
        lastCheckpointRead = checkpoints.getLast().size();
      }
    }
    return checkpoints.peekFirst();
  }

  private void checkEnd() throws Finding {
    long size = tree.size();
    AuditDao.Head head =
        dao.head().orElseThrow(() -> new Finding(size, "the head of the log is missing"));
    if (head.size() > size) {
      throw new Finding(size, "entry " + size + " is missing, the log has " + head.size());
    }
    AuditDao.StoredCheckpoint beyond = nextCheckpoint();
    if (beyond != null) {
      throw new Finding(
          size, "entry " + size + " is missing, a checkpoint covers " + beyond.size());
    }
    if (signedSize < size) {
      throw new Finding(signedSize, "no checkpoint covers entry " + signedSize);
    }
    if (head.size() < size || !Arrays.equals(head.frontier(), tree.bytes())) {
      throw new Finding(size, "the head of the log contradicts its entries");
    }
    if (dao.tile(0, size / Tile.WIDTH).orElse(new byte[0]).length
        != (int) (size % Tile.WIDTH) * TreeHash.LENGTH) {
      throw new Finding(size, "the tree has hashes beyond its last entry");
    }
  }

  /** Proofs are read from these tiles; wrong ones would make good entries unprovable. */
  private void checkUpperTiles() throws Finding {
    for (AuditDao.TileRow row : dao.upperTiles()) {
      List<TreeHash> hashes = Tile.split(row.hashes());
      for (int i = 0; i < hashes.size(); i++) {
        long below = row.tileIndex() * Tile.WIDTH + i;
        byte[] full = dao.tile(row.level() - 1, below).orElse(new byte[0]);
        if (full.length != Tile.WIDTH * TreeHash.LENGTH
            || !Tile.root(Tile.split(full)).equals(hashes.get(i))) {
          throw new Finding(
              0, "tile " + row.level() + "/" + row.tileIndex() + " contradicts the entries");
        }
      }
    }
    checkWidths();
  }

  /** Each level has as many hashes as the tree has complete subtrees there, and no tile more. */
  private void checkWidths() throws Finding {
    Map<Integer, AuditDao.Level> levels =
        dao.levels().stream().collect(Collectors.toMap(AuditDao.Level::level, level -> level));
    long hashes = tree.size();
    for (int level = 0; hashes > 0 || !levels.isEmpty(); level++) {
      long tiles = (hashes + Tile.WIDTH - 1) / Tile.WIDTH;
      AuditDao.Level stored = levels.remove(level);
      AuditDao.Level found = stored == null ? new AuditDao.Level(level, 0, 0) : stored;
      if (found.tiles() != tiles || found.bytes() != hashes * TreeHash.LENGTH) {
        throw new Finding(
            0,
            "level %d of the tree has %d hashes in %d tiles, expected %d in %d"
                .formatted(level, found.bytes() / TreeHash.LENGTH, found.tiles(), hashes, tiles));
      }
      hashes /= Tile.WIDTH;
    }
  }
}
