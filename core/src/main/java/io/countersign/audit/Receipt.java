package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The file that proves how one action ended.
 *
 * @param type always {@link #TYPE}
 * @param entry the exact text of the closing log entry
 * @param proof a {@link LogProof}
 */
public record Receipt(
    String type, ActionId actionId, Digest actionDigest, String entry, String proof) {
  public static final String TYPE = "countersign-receipt/v1";

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

  private static final Set<String> CLOSING_NAMES =
      CLOSING.stream().map(EventType::wireName).collect(Collectors.toUnmodifiableSet());

  public Receipt(ActionId actionId, Digest actionDigest, String entry, LogProof proof) {
    this(TYPE, actionId, actionDigest, entry, proof.toString());
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
    return ReceiptText.write(fields);
  }
}
