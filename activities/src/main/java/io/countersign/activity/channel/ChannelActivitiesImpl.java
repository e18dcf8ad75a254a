package io.countersign.activity.channel;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.Packet;
import io.countersign.action.Seat;
import io.countersign.action.Tally;
import io.countersign.action.Vote;
import io.countersign.activity.channel.ReviewChannel.Notice;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.ChannelMessageDao;
import io.countersign.store.action.ChannelMessageDao.Message;
import io.countersign.store.action.ChannelRequestDao;
import io.countersign.store.action.RoleGrant;
import io.countersign.store.action.RoleGrantDao;
import io.countersign.workflow.ChannelActivities;
import io.temporal.failure.ApplicationFailure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps every channel's one message about an action true, from the action's row alone. */
public final class ChannelActivitiesImpl implements ChannelActivities {
  /** Longer than one attempt may take, so that a dead worker's claim is taken over. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private static final int ROUNDS = 3;
  private static final Set<ActionStatus> NEVER_ASKED =
      Set.of(ActionStatus.EVALUATING, ActionStatus.REFUSED);

  private static final Logger LOG = LoggerFactory.getLogger(ChannelActivitiesImpl.class);

  private final Jdbi jdbi;
  private final ActionStore actions;
  private final List<ReviewChannel> channels;
  private final URI publicUrl;
  private final InstantSource clock;

  public ChannelActivitiesImpl(
      Jdbi jdbi, List<ReviewChannel> channels, URI publicUrl, InstantSource clock) {
    this.jdbi = jdbi;
    this.actions = new ActionStore(jdbi);
    this.channels = List.copyOf(channels);
    this.publicUrl = publicUrl;
    this.clock = clock;
  }

  @Override
  public void refresh(ActionId id) {
    everywhere(id, channel -> refresh(id, channel));
  }

  @Override
  public void remind(ActionId id, int number) {
    everywhere(id, channel -> say(id, channel, new Notice.Reminder(number), "reminder/" + number));
  }

  @Override
  public void escalate(ActionId id, int step) {
    everywhere(
        id,
        channel -> {
          List<String> groups = view(id).map(view -> told(view, step)).orElse(List.of());
          say(id, channel, new Notice.Escalation(step, groups), "escalation/" + step);
        });
  }

  @Override
  public void askReason(ActionId id, String triggerId) {
    view(id)
        .filter(ReviewView::isWaiting)
        .ifPresent(view -> everywhere(id, channel -> channel.askReason(view, triggerId)));
  }

  /** One channel's outage keeps no other channel from its turn; no driver's words get out. */
  private void everywhere(ActionId id, Consumer<ReviewChannel> turn) {
    @Nullable ApplicationFailure failure = null;
    for (ReviewChannel channel : channels) {
      try {
        turn.accept(channel);
      } catch (ApplicationFailure e) {
        failure = e;
      } catch (RuntimeException e) {
        LOG.warn("showing {} in {} failed: {}", id, channel.name(), e.getClass().getName());
        failure = ApplicationFailure.newFailure("UNAVAILABLE " + id, "UNAVAILABLE");
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Repeats while the action moves on during the call, so that the last write shows the truth. */
  private void refresh(ActionId id, ReviewChannel channel) {
    for (int round = 0; round < ROUNDS; round++) {
      Optional<ReviewView> view = view(id);
      if (view.isEmpty() || isShown(view.get(), channel)) {
        return;
      }
      show(view.get(), channel);
    }
  }

  private boolean isShown(ReviewView view, ReviewChannel channel) {
    Optional<Message> message = message(view.action().id(), channel);
    if (message.isEmpty()) {
      return !wasReviewed(view);
    }
    return message.get().shown().equals(channel.digest(view).value());
  }

  private void show(ReviewView view, ReviewChannel channel) {
    ActionId id = view.action().id();
    Optional<Message> message = message(id, channel).filter(Message::isPosted);
    if (message.isEmpty()) {
      post(view, channel);
      return;
    }
    String reference = message.get().reference();
    if (channel.update(reference, view)) {
      String shown = channel.digest(view).value();
      messages(dao -> dao.updated(id.value(), channel.name(), reference, shown, clock.instant()));
    } else {
      messages(dao -> dao.forget(id.value(), channel.name(), reference));
    }
  }

  private void post(ReviewView view, ReviewChannel channel) {
    ActionId id = view.action().id();
    Instant now = clock.instant();
    if (messages(dao -> dao.claim(id.value(), channel.name(), now, now.minus(CLAIM))) == 0) {
      throw ApplicationFailure.newFailure("CARD_BUSY " + id, "CARD_BUSY");
    }
    String reference;
    try {
      reference = channel.post(view);
    } catch (RuntimeException e) {
      messages(dao -> dao.release(id.value(), channel.name()));
      throw e;
    }
    Digest shown = channel.digest(view);
    Event event = shown(view, channel);
    jdbi.useTransaction(
        handle -> {
          ChannelMessageDao dao = handle.attach(ChannelMessageDao.class);
          if (dao.posted(id.value(), channel.name(), reference, shown.value(), event.at()) == 1) {
            actions.note(handle, id, event);
          }
        });
  }

  /** A notice is said once: the claim is given back only where saying it failed. */
  private void say(ActionId id, ReviewChannel channel, Notice notice, String what) {
    Optional<ReviewView> view = view(id).filter(ReviewView::isWaiting);
    if (view.isEmpty()) {
      return;
    }
    refresh(id, channel);
    Optional<Message> message = message(id, channel).filter(Message::isPosted);
    String claim = "said/" + channel.name() + "/" + id + "/" + what;
    if (message.isEmpty() || requests(dao -> dao.claim(claim, clock.instant())) == 0) {
      return;
    }
    try {
      channel.remind(message.get().reference(), view.get(), notice);
    } catch (RuntimeException e) {
      requests(dao -> dao.release(claim));
      throw e;
    }
  }

  private Optional<ReviewView> view(ActionId id) {
    ActionRow action =
        actions
            .find(id)
            .orElseThrow(
                () -> ApplicationFailure.newNonRetryableFailure("NOT_FOUND " + id, "NOT_FOUND"));
    Packet packet = action.packet();
    Verdict verdict = action.verdict();
    if (packet == null || verdict == null) {
      return Optional.empty();
    }
    String url = publicUrl.toString().replaceAll("/+$", "") + "/actions/" + id;
    return Optional.of(
        new ReviewView(action, packet, verdict, seats(action, verdict), grant(id), url));
  }

  private @Nullable RoleGrant grant(ActionId id) {
    return jdbi.withExtension(RoleGrantDao.class, grants -> grants.find(id.value())).orElse(null);
  }

  private List<Seat> seats(ActionRow action, Verdict verdict) {
    List<Ballot> counted =
        jdbi.withExtension(BallotDao.class, dao -> dao.counted(action.id().value()));
    List<Vote> votes =
        counted.stream()
            .map(b -> new Vote(b.voteId(), b.personId(), b.decision(), Set.copyOf(b.groups())))
            .toList();
    return Tally.of(action.requirement(), verdict.deny(), votes).seats();
  }

  /** An allowed read or a refusal concerns no reviewer and gets no message. */
  private static boolean wasReviewed(ReviewView view) {
    return view.isWaiting()
        || (view.verdict().outcome() == Verdict.Outcome.REVIEW
            && !NEVER_ASKED.contains(view.action().status()));
  }

  private static List<String> told(ReviewView view, int step) {
    List<Verdict.Escalation> steps = view.verdict().escalations();
    return step >= 1 && step <= steps.size() ? steps.get(step - 1).tell() : List.of();
  }

  private Event shown(ReviewView view, ReviewChannel channel) {
    ActionRow action = view.action();
    Digest packetDigest = action.packetDigest();
    String digest = packetDigest == null ? "unknown" : packetDigest.value();
    return new Event(
        clock.instant(),
        EventType.ACTION_SHOWN,
        action.id(),
        action.revision(),
        action.digest(),
        view.verdict().policyVersion(),
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of("channel", channel.name(), "packet_digest", digest));
  }

  private Optional<Message> message(ActionId id, ReviewChannel channel) {
    return jdbi.withExtension(ChannelMessageDao.class, dao -> dao.find(id.value(), channel.name()));
  }

  private int messages(ToIntFunction<ChannelMessageDao> work) {
    return jdbi.withExtension(ChannelMessageDao.class, work::applyAsInt);
  }

  private int requests(ToIntFunction<ChannelRequestDao> work) {
    return jdbi.withExtension(ChannelRequestDao.class, work::applyAsInt);
  }
}
