package io.countersign.activity.channel;

import static io.countersign.activity.channel.SlackText.code;

import io.countersign.action.ActionStatus;
import io.countersign.action.Seat;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.RoleGrant;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where an action stands, in words; counts per group, never names. */
final class SlackStatus {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private SlackStatus() {}

  static String of(ReviewView view) {
    String head = "*" + brief(view.action().status()) + "*";
    return switch (view.action().status()) {
      case PENDING_REVIEW -> head + deadline(view) + "\n" + seats(view);
      case SUCCEEDED -> {
        RoleGrant grant = view.grant();
        yield grant == null ? head + outcome(view.action().outcome()) : granted(grant);
      }
      case FAILED, REFUSED -> head + error(view.action().error());
      case APPROVED, EXECUTING, NEEDS_RECONCILIATION -> head + "\n" + seats(view);
      case EVALUATING, DENIED, EXPIRED, CANCELLED, REVOKED, LAPSED -> head;
    };
  }

  static String brief(ActionStatus status) {
    return switch (status) {
      case EVALUATING -> "Being judged";
      case REFUSED -> "Refused by policy";
      case PENDING_REVIEW -> "Waiting for review";
      case APPROVED -> "Approved";
      case DENIED -> "Denied by a reviewer";
      case EXPIRED -> "Expired without approval";
      case CANCELLED -> "Cancelled";
      case EXECUTING -> "Approved, executing";
      case REVOKED -> "Revoked before execution";
      case LAPSED -> "Approved, but not executed in time";
      case SUCCEEDED -> "Executed";
      case FAILED -> "Approved, but failed";
      case NEEDS_RECONCILIATION -> "Outcome unknown, an operator must look";
    };
  }

  /** For example {@code dba 0 of 1, security 1 of 1}. */
  static String seats(ReviewView view) {
    String nearest = view.seats().stream().map(SlackStatus::seat).collect(Collectors.joining(", "));
    int others = view.action().requirement().alternatives().size() - 1;
    if (nearest.isEmpty()) {
      return "Nobody can approve it by vote";
    }
    return others < 1 ? nearest : nearest + " (or: " + alternatives(view) + ")";
  }

  static String deadline(ReviewView view) {
    Instant expires = view.action().expiresAt();
    return expires == null ? "" : " until " + TIME.format(expires);
  }

  private static String seat(Seat seat) {
    return "%s %d of %d".formatted(code(seat.group(), 40), seat.have(), seat.need());
  }

  private static String alternatives(ReviewView view) {
    return view.action().requirement().alternatives().stream()
        .limit(3)
        .map(SlackStatus::alternative)
        .collect(Collectors.joining("; "));
  }

  private static String alternative(SortedMap<String, Integer> seats) {
    return seats.entrySet().stream()
        .limit(4)
        .map(seat -> code(seat.getKey(), 40) + " " + seat.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String outcome(@Nullable Outcome outcome) {
    if (outcome == null) {
      return "";
    }
    return ": %,d %s, %s\nguarantee %s"
        .formatted(
            outcome.rows(),
            outcome.rows() == 1 ? "row" : "rows",
            TIME.format(outcome.executedAt()),
            code(outcome.guarantee(), 32));
  }

  private static String granted(RoleGrant grant) {
    Instant ended = grant.endedAt();
    if (ended != null) {
      return "*Role granted, and taken back* " + TIME.format(ended);
    }
    return grant.failedSince() == null
        ? "*Role granted* until " + TIME.format(grant.until())
        : ":rotating_light: *The role could not be taken back* since "
            + TIME.format(grant.failedSince())
            + ": it is still in force, an operator must look";
  }

  /** The code alone: a message may quote data. */
  private static String error(@Nullable ActionError error) {
    return error == null ? "" : ": `" + error.code() + "`";
  }
}
