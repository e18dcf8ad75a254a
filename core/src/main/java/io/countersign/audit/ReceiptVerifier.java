package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Checks a receipt offline, trusting nothing but the keys it is given. */
public final class ReceiptVerifier {
  private static final Set<String> TYPES = Set.of(Receipt.TYPE, Receipt.VOTE_TYPE);
  private static final Set<String> FIELDS =
      Set.of("type", "action_id", "action_digest", "entry", "proof");
  private static final String SUBJECTS = "subjects";

  private ReceiptVerifier() {}

  /**
   * @param keys pinned by the reader's configuration, never taken from a server
   */
  public static Verification verify(byte[] receipt, List<VerifierKey> keys) {
    return verify(receipt, KeyRing.of(keys));
  }

  /**
   * @param keys pinned by the reader's configuration; a retired one may say how far it signed
   */
  public static Verification verify(byte[] receipt, KeyRing keys) {
    try {
      return check(receipt, keys);
    } catch (EvidenceException e) {
      return new Verification.Invalid(Objects.requireNonNull(e.getMessage()));
    }
  }

  private static Verification check(byte[] receipt, KeyRing keys) throws EvidenceException {
    if (receipt.length > Receipt.MAX_SIZE) {
      throw new EvidenceException("a receipt has at most 1 MiB");
    }
    Map<String, String> fields = ReceiptText.read(receipt);
    Set<String> names = new HashSet<>(fields.keySet());
    names.remove(SUBJECTS);
    if (!names.equals(FIELDS)) {
      throw new EvidenceException(
          "a receipt has the fields type, action_id, action_digest, entry and proof,"
              + " and may have subjects");
    }
    if (!TYPES.contains(field(fields, "type"))) {
      throw new EvidenceException(
          "the type is neither `" + Receipt.TYPE + "` nor `" + Receipt.VOTE_TYPE + "`");
    }
    String entry = field(fields, "entry");
    LogProof proof = LogProof.parse(field(fields, "proof"));
    if (proof.extra() != null) {
      // Nothing signs it, so it could be changed unnoticed.
      throw new EvidenceException("a receipt's proof has no extra line");
    }
    Checkpoint checkpoint = keys.open(proof.checkpoint()).checkpoint();
    TreeHash leaf = TreeHash.leaf(StrictText.utf8(entry));
    if (!MerkleTree.includes(
        leaf, proof.index(), checkpoint.size(), proof.path(), checkpoint.root())) {
      throw new EvidenceException("the entry is not in the log at this index");
    }
    return compare(fields, entry, checkpoint.origin(), proof.index());
  }

  /** The entry is the log's; now it must be the one that the receipt is about. */
  private static Verification compare(
      Map<String, String> fields, String entry, String origin, long index)
      throws EvidenceException {
    Map<String, @Nullable Object> event =
        CanonicalJson.read(entry)
            .orElseThrow(() -> new EvidenceException("the entry is not canonical JSON"));
    String actionId = field(fields, "action_id");
    if (!ActionId.isWellFormed(actionId) || !actionId.equals(event.get("action"))) {
      throw new EvidenceException("the entry is about another action");
    }
    String digest = field(fields, "action_digest");
    if (!Digest.isWellFormed(digest) || !digest.equals(event.get("digest"))) {
      throw new EvidenceException("the entry has another action digest");
    }
    String type = event.get("type") instanceof String text ? text : "";
    if (field(fields, "type").equals(Receipt.VOTE_TYPE)) {
      if (!Receipt.isVote(type)) {
        throw new EvidenceException("the entry is no vote");
      }
    } else if (!Receipt.closes(type)) {
      throw new EvidenceException("the entry does not close its action");
    }
    String subjects = fields.get(SUBJECTS);
    SortedMap<String, String> people =
        subjects == null ? Collections.emptySortedMap() : Openings.read(subjects, event);
    return new Verification.Valid(new ActionId(actionId), type, origin, index, people);
  }

  private static String field(Map<String, String> fields, String name) {
    return Objects.requireNonNull(fields.get(name));
  }
}
