package io.countersign.activity.channel;

import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.PastedNotes;
import io.countersign.audit.Receipt;
import io.countersign.audit.SignedNote;
import io.countersign.store.anchor.AnchorMessageDao;
import io.countersign.store.anchor.AnchorMessageDao.Due;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.Cosignatures;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a signed checkpoint into the thread of each action that ended, where its reviewers keep it
 * out of our reach; one for each action. What failed is tried again for a day. Where nobody knows
 * whether a message arrived, the thread is read first; a checkpoint of ours that is there counts.
 */
public final class SlackAnchor {
  private static final Logger LOG = LoggerFactory.getLogger(SlackAnchor.class);
  // Slack takes about one message a second in a channel.
  private static final int BATCH = 10;
  private static final Duration RECENT = Duration.ofDays(1);

  /** Longer than one call may take, so that nobody else's message is still on its way. */
  private static final Duration IN_DOUBT = Duration.ofMinutes(1);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(20);
  private static final int MOST_DOUBLINGS = 5;
  private static final Duration UNTIL_SOMEBODY_REPAIRED_IT = Duration.ofMinutes(10);

  private static final String[] CLOSING =
      Receipt.CLOSING.stream().map(EventType::wireName).toArray(String[]::new);

  private final Jdbi jdbi;
  private final SlackChannel channel;
  private final KeyRing keys;
  private final String origin;
  private final Anchors anchors;
  private final InstantSource clock;

  /** Actions whose own thread refused, and when each is tried again. */
  private final Map<String, Instant> waiting = new HashMap<>();

  private Instant pausedUntil = Instant.MIN;
  private int faults;

  /**
   * @param keys whose checkpoints in a thread are ours
   * @param anchors learn how it goes, and raise the alarm
   */
  public SlackAnchor(
      Jdbi jdbi, SlackChannel channel, KeyRing keys, Anchors anchors, InstantSource clock) {
    this.jdbi = jdbi;
    this.channel = channel;
    this.keys = keys;
    this.origin = keys.verifierKeys().getFirst().name();
    this.anchors = anchors;
    this.clock = clock;
    anchors.sendsTo(channel.name());
  }

  /** One round; a failure ends it, and a later round goes on. */
  public void post() {
    if (clock.instant().isBefore(pausedUntil)) {
      return;
    }
    try {
      Optional<String> checkpoint = new Cosignatures(jdbi).newestCheckpoint();
      if (checkpoint.isPresent()) {
        post(checkpoint.get());
      }
    } catch (EvidenceException | RuntimeException e) {
      // A driver's message can quote data.
      LOG.warn("no checkpoint was put into threads: {}", e.getClass().getSimpleName());
    }
  }

  private void post(String note) throws EvidenceException {
    long size = Checkpoint.parse(SignedNote.parse(note).text()).size();
    Instant now = clock.instant();
    waiting.values().removeIf(until -> !now.isBefore(until));
    String[] refused = waiting.keySet().toArray(String[]::new);
    Instant doubt = now.minus(IN_DOUBT);
    List<Due> due =
        jdbi.withExtension(
            AnchorMessageDao.class,
            dao ->
                dao.due(channel.name(), CLOSING, size, now.minus(RECENT), doubt, refused, BATCH));
    for (Due action : due) {
      if (messages(dao -> dao.claim(action.actionId(), channel.name(), size, now, doubt)) == 1) {
        try {
          settle(action, note, size);
        } catch (SlackFault e) {
          fail(action, e);
          return;
        }
      }
    }
  }

  private void settle(Due action, String note, long size) throws SlackFault {
    if (action.inDoubt()) {
      for (SlackThread.Reply reply : channel.thread().replies(action.reference())) {
        OptionalLong seen = seen(reply.text());
        if (seen.isPresent() && seen.getAsLong() > action.idx()) {
          confirm(action, reply.reference(), seen.getAsLong());
          return;
        }
      }
    }
    confirm(action, channel.thread().post(action.reference(), words(action.idx(), note)), size);
  }

  private void confirm(Due action, String reference, long size) {
    messages(
        dao -> dao.confirm(action.actionId(), channel.name(), reference, size, clock.instant()));
    faults = 0;
    anchors.confirmed(channel.name(), size);
  }

  /** The size of a checkpoint of ours in that text, whoever put it there. */
  private OptionalLong seen(String text) {
    for (String note : PastedNotes.of(text, origin)) {
      try {
        return OptionalLong.of(keys.open(note).checkpoint().size());
      } catch (EvidenceException e) {
        // Anybody can write into a thread: what is not signed by us is not there.
      }
    }
    return OptionalLong.empty();
  }

  private void fail(Due action, SlackFault fault) {
    ActionId id = new ActionId(action.actionId());
    LOG.warn("a checkpoint was not put into the thread of {}: slack {}", id, fault.words());
    // What may be there keeps its claim: the next try reads the thread.
    if (fault.kind() != SlackFault.Kind.UNKNOWN && !action.inDoubt()) {
      messages(dao -> dao.release(action.actionId(), channel.name()));
    }
    if (fault.kind() == SlackFault.Kind.REFUSED) {
      waiting.put(action.actionId(), clock.instant().plus(UNTIL_SOMEBODY_REPAIRED_IT));
    } else {
      Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(faults++, MOST_DOUBLINGS));
      pausedUntil = clock.instant().plus(fault.retryAfter().orElse(pause));
    }
    anchors.failed(channel.name(), fault.words());
  }

  private int messages(ToIntFunction<AnchorMessageDao> work) {
    return jdbi.withExtension(AnchorMessageDao.class, work::applyAsInt);
  }

  private static String words(long index, String note) {
    return "Entry %d of the evidence log ends this action, under this checkpoint:\n```\n%s```"
        .formatted(index, SlackText.lines(note, 3_000).text());
  }
}
