package io.countersign.store.anchor;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** Checkpoints that are sent to where an action was reviewed, at most one for each action. */
@RegisterConstructorMapper(AnchorMessageDao.Due.class)
public interface AnchorMessageDao {

  /**
   * An action that ended, whose message is known.
   *
   * @param reference of that message
   * @param idx of the closing entry
   * @param inDoubt true if it was about to be sent before, and may be there
   */
  record Due(String actionId, String reference, long idx, boolean inDoubt) {}

  /**
   * Actions without a checkpoint in their thread, whose closing entry the given size covers; of
   * those in doubt, the ones claimed before that time.
   */
  @SqlQuery(
      """
      select m.action_id, m.reference, e.idx, a.action_id is not null as in_doubt
      from channel_message m
      left join audit_anchor a on a.action_id = m.action_id and a.sink = m.channel
      join lateral (
        select idx from audit_entry where action_id = m.action_id and type = any(:closing)
        order by idx desc limit 1) e on e.idx < :size
      where m.channel = :channel and m.reference <> '' and m.updated_at > :since
        and (a.action_id is null or (a.reference is null and a.claimed_at < :doubt))
        and m.action_id <> all(:except)
      order by e.idx limit :limit
      """)
  List<Due> due(
      @Bind("channel") String channel,
      @Bind("closing") String[] closing,
      @Bind("size") long size,
      @Bind("since") Instant since,
      @Bind("doubt") Instant doubt,
      @Bind("except") String[] except,
      @Bind("limit") int limit);

  /** The right to send it; answers 0 where somebody took it after that time, or sent it. */
  @SqlUpdate(
      """
      insert into audit_anchor (action_id, sink, size, claimed_at)
      values (:actionId, :sink, :size, :at)
      on conflict (action_id, sink) do update set size = :size, claimed_at = :at
      where audit_anchor.reference is null and audit_anchor.claimed_at < :doubt
      """)
  int claim(
      @Bind("actionId") String actionId,
      @Bind("sink") String sink,
      @Bind("size") long size,
      @Bind("at") Instant at,
      @Bind("doubt") Instant doubt);

  /** Gives the right back, where it is certain that nothing was sent. */
  @SqlUpdate(
      """
      delete from audit_anchor
      where action_id = :actionId and sink = :sink and reference is null
      """)
  int release(@Bind("actionId") String actionId, @Bind("sink") String sink);

  @SqlUpdate(
      """
      update audit_anchor set reference = :reference, size = :size, confirmed_at = :at
      where action_id = :actionId and sink = :sink and reference is null
      """)
  int confirm(
      @Bind("actionId") String actionId,
      @Bind("sink") String sink,
      @Bind("reference") String reference,
      @Bind("size") long size,
      @Bind("at") Instant at);
}
