package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.workflow.VoteReceipt;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Casting a vote: every door ends here. */
public interface Votes {

  /**
   * Stores the ballot and brings it to the workflow.
   *
   * @param personId the voter; groups come from what the identity provider said of that person,
   *     never from the door
   * @param signedInAt when the voter last signed in, where the door knows
   * @throws ApiException NOT_FOUND for an unknown action
   */
  VoteReceipt cast(
      ActionId id,
      String personId,
      Decision decision,
      Digest digest,
      String reason,
      String channel,
      @Nullable Instant signedInAt);

  /** Opens the chat platform's dialog for a denial's reason. */
  void askReason(ActionId id, String triggerId);
}
