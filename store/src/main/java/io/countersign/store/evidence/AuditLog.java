package io.countersign.store.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.audit.EventType;
import io.countersign.audit.LogProof;
import io.countersign.audit.MerkleTree;
import io.countersign.audit.Openings;
import io.countersign.audit.Pseudonym;
import io.countersign.audit.Receipt;
import io.countersign.audit.Tile;
import io.countersign.audit.TreeHash;
import io.countersign.audit.VerifierKey;
import io.countersign.store.person.Subjects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** Reads the evidence log: for auditors, for receipts and for timelines. */
public final class AuditLog {
  /** Entries that one call answers at most. */
  public static final int MAX_ENTRIES = 1_000;

  private static final String[] CLOSING =
      Receipt.CLOSING.stream().map(EventType::wireName).toArray(String[]::new);
  private static final String[] VOTES =
      Receipt.VOTES.stream().map(EventType::wireName).toArray(String[]::new);

  private final Jdbi jdbi;
  private final List<VerifierKey> keys;

  /**
   * @param keys that sign or signed this log, the present one first
   */
  public AuditLog(Jdbi jdbi, List<VerifierKey> keys) {
    this.jdbi = jdbi;
    this.keys = List.copyOf(keys);
  }

  public List<VerifierKey> keys() {
    return keys;
  }

  /**
   * The newest signed checkpoint, with what witnesses signed beneath it by now; none before the
   * integrator's first round.
   */
  public Optional<String> checkpoint() {
    return read(dao -> dao.lastCheckpoint().map(last -> cosigned(dao, last)));
  }

  private static String cosigned(AuditDao dao, AuditDao.StoredCheckpoint checkpoint) {
    StringBuilder note = new StringBuilder(checkpoint.note());
    for (AuditDao.Cosigned row : dao.cosignaturesOf(checkpoint.size())) {
      // Each repeats the checkpoint; of a row that does not, nothing is shown.
      if (row.note().startsWith(checkpoint.note())) {
        note.append(row.note(), checkpoint.note().length(), row.note().length());
      }
    }
    return note.toString();
  }

  /**
   * The bodies of entries {@code [start, end)}, an empty object for each that was removed, at most
   * {@link #MAX_ENTRIES}.
   */
  public List<String> entries(long start, long end) {
    return read(dao -> dao.entries(start, end, MAX_ENTRIES)).stream()
        .map(entry -> entry.body().isEmpty() ? "{}" : entry.body())
        .toList();
  }

  /** The audit path of an entry; empty unless {@code 0 <= index < size <=} the log's size. */
  public Optional<List<TreeHash>> proof(long index, long size) {
    if (index < 0 || index >= size) {
      return Optional.empty();
    }
    return read(
        dao ->
            reaches(dao, size)
                ? Optional.of(MerkleTree.inclusionProof(index, size, nodes(dao)))
                : Optional.empty());
  }

  /** Empty unless {@code 0 <= oldSize <= newSize <=} the log's size. */
  public Optional<List<TreeHash>> consistency(long oldSize, long newSize) {
    if (oldSize < 0 || oldSize > newSize) {
      return Optional.empty();
    }
    return read(
        dao ->
            reaches(dao, newSize)
                ? Optional.of(MerkleTree.consistencyProof(oldSize, newSize, nodes(dao)))
                : Optional.empty());
  }

  /** The receipt of an action that ended; empty until its closing entry is in the log. */
  public Optional<Receipt> receipt(ActionId action) {
    return read(
        dao ->
            dao.lastEntry(action.value(), CLOSING)
                .flatMap(entry -> receipt(dao, Receipt.TYPE, action, entry)));
  }

  /** The receipt of what became of one vote; empty until its entry is in the log. */
  public Optional<Receipt> voteReceipt(ActionId action, String voteId) {
    return read(
        dao ->
            dao.voteEntry(action.value(), VOTES, voteId)
                .flatMap(entry -> receipt(dao, Receipt.VOTE_TYPE, action, entry)));
  }

  /** The same receipt with who its people are, as far as they were not shredded. */
  public Receipt withSubjects(Receipt receipt) {
    Set<String> pseudonyms = Openings.pseudonyms(receipt.entry());
    return receipt.withSubjects(jdbi.withHandle(handle -> Subjects.openings(handle, pseudonyms)));
  }

  /** Whether retention removed what the receipt of an action, or of a vote on it, is made of. */
  public boolean isPruned(ActionId action) {
    return read(
        dao -> dao.isRemoved(action.value(), CLOSING) || dao.isRemoved(action.value(), VOTES));
  }

  /** Everything recorded of an action, also what is not integrated yet, oldest first. */
  public List<TimelineItem> timeline(ActionId action) {
    return jdbi.withHandle(
        handle -> {
          List<JsonNode> events =
              handle.attach(AuditDao.class).bodies(action.value()).stream()
                  .map(body -> Json.read(body, JsonNode.class))
                  .toList();
          Map<String, String> people = Subjects.people(handle, actors(events));
          List<TimelineItem> items = new ArrayList<>();
          events.forEach(event -> items.add(TimelineItem.of(items.size() + 1L, event, people)));
          return List.copyOf(items);
        });
  }

  private static Set<String> actors(List<JsonNode> events) {
    return events.stream()
        .map(event -> event.path("actor").path("id").asText())
        .filter(Pseudonym::isWellFormed)
        .collect(Collectors.toSet());
  }

  /** The receipt of an action whose closing entry this is. */
  public static Optional<Receipt> receipt(AuditDao dao, ActionId action, AuditDao.Entry closing) {
    return receipt(dao, Receipt.TYPE, action, closing);
  }

  private static Optional<Receipt> receipt(
      AuditDao dao, String type, ActionId action, AuditDao.Entry entry) {
    return entry.body().isEmpty()
        ? Optional.empty()
        : dao.checkpointOver(entry.idx())
            .flatMap(checkpoint -> receipt(dao, type, action, entry, checkpoint));
  }

  private static Optional<Receipt> receipt(
      AuditDao dao,
      String type,
      ActionId action,
      AuditDao.Entry entry,
      AuditDao.StoredCheckpoint checkpoint) {
    String digest = Json.read(entry.body(), JsonNode.class).path("digest").asText();
    if (!Digest.isWellFormed(digest)) {
      return Optional.empty();
    }
    List<TreeHash> path = MerkleTree.inclusionProof(entry.idx(), checkpoint.size(), nodes(dao));
    LogProof proof = new LogProof(entry.idx(), path, checkpoint.note());
    return Optional.of(
        new Receipt(type, action, new Digest(digest), entry.body(), proof.toString()));
  }

  private static MerkleTree.Nodes nodes(AuditDao dao) {
    return Tile.nodes(new AuditTiles(dao));
  }

  private static boolean reaches(AuditDao dao, long size) {
    return dao.head().filter(head -> head.size() >= size).isPresent();
  }

  private <T> T read(Function<AuditDao, T> question) {
    return jdbi.withExtension(AuditDao.class, question::apply);
  }
}
