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
   */
  record Due(String actionId, String reference, long idx) {}

  /** Actions without a checkpoint in their thread, whose closing entry the given size covers. */
  @SqlQuery(
      """
      select m.action_id, m.reference, e.idx from channel_message m
      join lateral (
        select idx from audit_entry where action_id = m.action_id and type = any(:closing)
        order by idx desc limit 1) e on e.idx < :size
      where m.channel = :channel and m.reference <> '' and m.updated_at > :since
        and not exists (
          select from audit_anchor a where a.action_id = m.action_id and a.sink = m.channel)
      order by e.idx limit :limit
      """)
  List<Due> due(
      @Bind("channel") String channel,
      @Bind("closing") String[] closing,
      @Bind("size") long size,
      @Bind("since") Instant since,
      @Bind("limit") int limit);

  /** The right to send it; answers 0 where somebody has it. It is never given back. */
  @SqlUpdate(
      """
      insert into audit_anchor (action_id, sink, size, claimed_at)
      values (:actionId, :sink, :size, :at) on conflict do nothing
      """)
  int claim(
      @Bind("actionId") String actionId,
      @Bind("sink") String sink,
      @Bind("size") long size,
      @Bind("at") Instant at);

  @SqlUpdate(
      """
      update audit_anchor set reference = :reference, confirmed_at = :at
      where action_id = :actionId and sink = :sink and reference is null
      """)
  int confirm(
      @Bind("actionId") String actionId,
      @Bind("sink") String sink,
      @Bind("reference") String reference,
      @Bind("at") Instant at);
}
