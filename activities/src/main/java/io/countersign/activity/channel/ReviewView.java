package io.countersign.activity.channel;

import io.countersign.action.ActionStatus;
import io.countersign.action.Packet;
import io.countersign.action.Seat;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.RoleGrant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One action as a channel shows it now.
 *
 * @param seats counts per group; a channel never names who filled them
 * @param grant the role that the action granted, or null
 * @param reviewUrl the action's page in the console
 */
public record ReviewView(
    ActionRow action,
    Packet packet,
    Verdict verdict,
    List<Seat> seats,
    @Nullable RoleGrant grant,
    String reviewUrl) {
  private static final Verdict.ChannelRule FREE = new Verdict.ChannelRule(false, false, null);

  public ReviewView {
    seats = List.copyOf(seats);
  }

  public boolean isWaiting() {
    return action.status() == ActionStatus.PENDING_REVIEW;
  }

  /** How far the policy lets a channel go with this action. */
  public Verdict.ChannelRule rule(String channel) {
    return verdict.channels().getOrDefault(channel, FREE);
  }
}
