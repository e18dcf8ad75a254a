package io.countersign.workflow;

import io.countersign.action.ActionStatus;
import io.countersign.action.Seat;
import io.countersign.action.Tally;
import io.temporal.common.SearchAttributeKey;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sees of an action in Temporal's UI: search attributes and current details. No
 * SQL, no reasons, no names of people.
 */
public final class OperatorView {
  public static final SearchAttributeKey<String> STATUS =
      SearchAttributeKey.forKeyword("CountersignStatus");
  public static final SearchAttributeKey<String> KIND =
      SearchAttributeKey.forKeyword("CountersignKind");
  public static final SearchAttributeKey<String> TARGET =
      SearchAttributeKey.forKeyword("CountersignTarget");
  public static final SearchAttributeKey<List<String>> TAGS =
      SearchAttributeKey.forKeywordList("CountersignTags");
  public static final SearchAttributeKey<String> REQUESTER =
      SearchAttributeKey.forKeyword("CountersignRequester");

  private @Nullable ActionStatus shown;

  /** Shows where the action stands; writes history only when the status changed. */
  void show(ActionRef action, Standing standing) {
    Workflow.setCurrentDetails(details(action, standing));
    if (standing.status() != shown) {
      Workflow.upsertTypedSearchAttributes(STATUS.valueSet(standing.status().name()));
      if (shown == null && !standing.tags().isEmpty()) {
        Workflow.upsertTypedSearchAttributes(TAGS.valueSet(standing.tags()));
      }
      shown = standing.status();
    }
  }

  private static String details(ActionRef action, Standing standing) {
    List<String> lines = new ArrayList<>();
    lines.add("**" + standing.status() + "** · " + standing.statementClass());
    if (!standing.tags().isEmpty()) {
      lines.add("tags: " + String.join(", ", standing.tags()));
    }
    if (standing.status() == ActionStatus.PENDING_REVIEW) {
      lines.add("seats: " + seats(standing));
      lines.add("waits until " + standing.deadline());
    }
    lines.add("digest `" + standing.digest() + "`");
    if (!action.reviewUrl().isEmpty()) {
      lines.add("[open in the console](" + action.reviewUrl() + ")");
    }
    return String.join("\n\n", lines);
  }

  private static String seats(Standing standing) {
    Tally tally = Tally.of(standing.requirement(), standing.denialsNeeded(), standing.votes());
    return tally.seats().stream().map(OperatorView::text).collect(Collectors.joining(", "));
  }

  private static String text(Seat seat) {
    return seat.group() + " " + seat.have() + " of " + seat.need();
  }
}
