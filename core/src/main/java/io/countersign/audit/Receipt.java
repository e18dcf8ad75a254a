package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The file that proves how one action ended.
 *
 * @param type {@link #TYPE}, or {@link #VOTE_TYPE} for one vote
 * @param entry the exact text of the closing log entry
 * @param proof a {@link LogProof}
 * @param subjects {@link Openings}, where the receipt says who its people are
 */
public record Receipt(
    String type,
    ActionId actionId,
    Digest actionDigest,
    String entry,
    String proof,
    @Nullable String subjects) {
  public static final String TYPE = "countersign-receipt/v1";

  /** A file of its own type, so that nobody takes a vote for the end of an action. */
  public static final String VOTE_TYPE = "countersign-vote-receipt/v1";

  /** In bytes. */
  public static final int MAX_SIZE = 1 << 20;

  /** What can end an action; the last of these is its closing entry. */
  public static final Set<EventType> CLOSING =
      Set.copyOf(
          EnumSet.of(
              EventType.ACTION_REFUSED,
              EventType.ACTION_DENIED,
              EventType.ACTION_EXPIRED,
              EventType.ACTION_CANCELLED,
              EventType.ACTION_LAPSED,
              EventType.ACTION_REVOKED,
              EventType.ACTION_SUCCEEDED,
              EventType.ACTION_FAILED,
              EventType.ACTION_UNKNOWN,
              EventType.ACTION_RECONCILED));

  /** What can become of a vote. */
  public static final Set<EventType> VOTES =
      Set.copyOf(
          EnumSet.of(
              EventType.VOTE_COUNTED,
              EventType.VOTE_REFUSED,
              EventType.VOTE_WITHDRAWN,
              EventType.VOTE_LATE));

  private static final Set<String> VOTE_NAMES =
      VOTES.stream().map(EventType::wireName).collect(Collectors.toUnmodifiableSet());

  private static final Set<String> CLOSING_NAMES =
      CLOSING.stream().map(EventType::wireName).collect(Collectors.toUnmodifiableSet());

  public Receipt(ActionId actionId, Digest actionDigest, String entry, LogProof proof) {
    this(TYPE, actionId, actionDigest, entry, proof.toString());
  }

  /** One that names nobody. */
  public Receipt(String type, ActionId actionId, Digest actionDigest, String entry, String proof) {
    this(type, actionId, actionDigest, entry, proof, null);
  }

  /** The receipt of a vote. */
  public static Receipt ofVote(ActionId id, Digest digest, String entry, LogProof proof) {
    return new Receipt(VOTE_TYPE, id, digest, entry, proof.toString());
  }

  /** The same with who its people are; unchanged where that is nobody. */
  public Receipt withSubjects(Collection<Openings.Opening> openings) {
    String opened = openings.isEmpty() ? null : Openings.write(openings);
    return new Receipt(type, actionId, actionDigest, entry, proof, opened);
  }

  static boolean isVote(String eventType) {
    return VOTE_NAMES.contains(eventType);
  }

  static boolean closes(String eventType) {
    return CLOSING_NAMES.contains(eventType);
  }

  /** The text of the file, see {@link ReceiptText}. */
  public String text() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("type", type);
    fields.put("action_id", actionId.value());
    fields.put("action_digest", actionDigest.value());
    fields.put("entry", entry);
    fields.put("proof", proof);
    if (subjects != null) {
      fields.put("subjects", subjects);
    }
    return ReceiptText.write(fields);
  }
}
