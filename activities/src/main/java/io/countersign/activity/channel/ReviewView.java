package io.countersign.activity.channel;

import io.countersign.action.ActionStatus;
import io.countersign.action.Packet;
import io.countersign.action.Seat;
import io.countersign.policy.Verdict;
import io.countersign.store.ActionRow;
import java.util.List;

/**
 * One action as a channel shows it now.
 *
 * @param seats counts per group; a channel never names who filled them
 * @param reviewUrl the action's page in the console
 */
public record ReviewView(
    ActionRow action, Packet packet, Verdict verdict, List<Seat> seats, String reviewUrl) {
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
