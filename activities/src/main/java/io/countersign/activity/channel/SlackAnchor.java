package io.countersign.activity.channel;

import io.countersign.action.ActionId;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.Receipt;
import io.countersign.audit.SignedNote;
import io.countersign.store.anchor.AnchorMessageDao;
import io.countersign.store.anchor.Cosignatures;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a signed checkpoint into the thread of each action that ended, where its reviewers keep it
 * out of our reach. At most one for each action: one that is lost is made good by the next.
 */
public final class SlackAnchor {
  private static final Logger LOG = LoggerFactory.getLogger(SlackAnchor.class);
  // Slack takes about one message a second in a channel.
  private static final int BATCH = 10;
  private static final Duration RECENT = Duration.ofDays(1);

  private static final String[] CLOSING =
      Receipt.CLOSING.stream().map(EventType::wireName).toArray(String[]::new);

  private final Jdbi jdbi;
  private final SlackChannel channel;
  private final InstantSource clock;

  public SlackAnchor(Jdbi jdbi, SlackChannel channel, InstantSource clock) {
    this.jdbi = jdbi;
    this.channel = channel;
    this.clock = clock;
  }

  /** One round; a failure ends it, and the next round goes on with other actions. */
  public void post() {
    try {
      Optional<String> checkpoint = new Cosignatures(jdbi).newestCheckpoint();
      if (checkpoint.isPresent()) {
        post(checkpoint.get());
      }
    } catch (ApplicationFailure e) {
      LOG.warn("a checkpoint was not put into a thread: {}", e.getType());
    } catch (EvidenceException | RuntimeException e) {
      // A driver's message can quote data.
      LOG.warn("no checkpoint was put into threads: {}", e.getClass().getSimpleName());
    }
  }

  private void post(String note) throws EvidenceException {
    long size = Checkpoint.parse(SignedNote.parse(note).text()).size();
    var due =
        jdbi.withExtension(
            AnchorMessageDao.class,
            dao -> dao.due(channel.name(), CLOSING, size, clock.instant().minus(RECENT), BATCH));
    for (AnchorMessageDao.Due action : due) {
      int claimed =
          jdbi.withExtension(
              AnchorMessageDao.class,
              dao -> dao.claim(action.actionId(), channel.name(), size, clock.instant()));
      if (claimed == 1) {
        String place =
            channel.anchor(
                action.reference(), new ActionId(action.actionId()), words(action.idx(), note));
        jdbi.useExtension(
            AnchorMessageDao.class,
            dao -> dao.confirm(action.actionId(), channel.name(), place, clock.instant()));
      }
    }
  }

  private static String words(long index, String note) {
    return "Entry %d of the evidence log ends this action, under this checkpoint:\n```\n%s```"
        .formatted(index, SlackText.lines(note, 3_000).text());
  }
}
