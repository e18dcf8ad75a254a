package io.countersign.store.action;

import java.time.Instant;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** What was exchanged with a chat platform once and must not happen twice. */
public interface ChannelRequestDao {

  /** Answers 0 where it was seen before. */
  @SqlUpdate(
      """
      insert into channel_request (id, received_at) values (:id, :at)
      on conflict (id) do nothing
      """)
  int claim(@Bind("id") String id, @Bind("at") Instant at);

  /** Takes a claim back after a failure, so that it may be tried again. */
  @SqlUpdate("delete from channel_request where id = :id")
  int release(@Bind("id") String id);

  /** Forgets what is too old to come again. */
  @SqlUpdate("delete from channel_request where received_at < :before")
  int purge(@Bind("before") Instant before);
}
