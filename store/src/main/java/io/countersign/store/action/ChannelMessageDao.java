package io.countersign.store.action;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/**
 * Where an action's one message is in each channel, and what it shows. A row with an empty
 * reference is a claim: somebody is about to post.
 */
@RegisterConstructorMapper(ChannelMessageDao.Message.class)
public interface ChannelMessageDao {

  /**
   * A message in a channel.
   *
   * @param reference empty while it is being posted
   * @param shown digest of what it shows
   */
  record Message(String reference, String shown, Instant updatedAt) {
    public boolean isPosted() {
      return !reference.isEmpty();
    }
  }

  @SqlQuery(
      """
      select reference, shown, updated_at from channel_message
      where action_id = :actionId and channel = :channel
      """)
  Optional<Message> find(@Bind("actionId") String actionId, @Bind("channel") String channel);

  /** Claims the right to post; answers 0 where it is posted or claimed since the given time. */
  @SqlUpdate(
      """
      insert into channel_message (action_id, channel, reference, shown, updated_at)
      values (:actionId, :channel, '', '', :at)
      on conflict (action_id, channel) do update set updated_at = :at
      where channel_message.reference = '' and channel_message.updated_at < :since
      """)
  int claim(
      @Bind("actionId") String actionId,
      @Bind("channel") String channel,
      @Bind("at") Instant at,
      @Bind("since") Instant since);

  /** Gives a claim back after a post that failed. */
  @SqlUpdate(
      """
      delete from channel_message
      where action_id = :actionId and channel = :channel and reference = ''
      """)
  int release(@Bind("actionId") String actionId, @Bind("channel") String channel);

  /** Answers 0 where it was posted already. */
  @SqlUpdate(
      """
      update channel_message set reference = :reference, shown = :shown, updated_at = :at
      where action_id = :actionId and channel = :channel and reference = ''
      """)
  int posted(
      @Bind("actionId") String actionId,
      @Bind("channel") String channel,
      @Bind("reference") String reference,
      @Bind("shown") String shown,
      @Bind("at") Instant at);

  @SqlUpdate(
      """
      update channel_message set shown = :shown, updated_at = :at
      where action_id = :actionId and channel = :channel and reference = :reference
      """)
  int updated(
      @Bind("actionId") String actionId,
      @Bind("channel") String channel,
      @Bind("reference") String reference,
      @Bind("shown") String shown,
      @Bind("at") Instant at);

  /** Forgets a message that is no longer there. */
  @SqlUpdate(
      """
      delete from channel_message
      where action_id = :actionId and channel = :channel and reference = :reference
      """)
  int forget(
      @Bind("actionId") String actionId,
      @Bind("channel") String channel,
      @Bind("reference") String reference);
}
