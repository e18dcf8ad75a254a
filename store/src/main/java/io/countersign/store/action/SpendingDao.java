package io.countersign.store.action;

import io.countersign.policy.Spending.Spent;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/** What requesters have used up without a person's approval. */
@RegisterConstructorMapper(Spent.class)
public interface SpendingDao {

  /** Until the end of the transaction, nobody else judges an action of this requester. */
  @SqlUpdate(
      """
      select pg_advisory_xact_lock(
          hashtextextended('countersign/spending/' || :type || '/' || :id, 0))
      """)
  void lock(@Bind("type") String requesterType, @Bind("id") String requesterId);

  /**
   * Actions that no person approved: those waiting to run or running with all they may take, those
   * that ended with what they took. One that failed took nothing, but counts if it was tried. What
   * touches no table counts as if it touched one of its own.
   *
   * @param except the action that is being judged
   * @param resultBytes that a result may have at most
   */
  @SqlQuery(
      """
      with used as (
        select case when tables = '{}' then '{""}' else tables end as tables,
          case when status = 'FAILED' then 0
            when outcome is not null then (outcome::jsonb ->> 'rows')::bigint
            else least(max_rows, (verdict::jsonb ->> 'max_rows')::bigint) end as rows,
          case when status = 'FAILED' then 0
            when outcome is not null then coalesce((outcome::jsonb ->> 'bytes')::bigint, 0)
            else least(:resultBytes, (verdict::jsonb ->> 'max_bytes')::bigint) end as bytes
        from action
        where requester_type = :type and requester_id = :id and id <> :except
          and approved_at > :since and expires_at is null
          and (status in ('APPROVED', 'EXECUTING', 'SUCCEEDED', 'NEEDS_RECONCILIATION')
            or (status = 'FAILED' and fence > 0)))
      select (select count(*) from used) as actions,
        coalesce(max(rows), 0)::bigint as rows, coalesce(max(bytes), 0)::bigint as bytes
      from (
        select sum(used.rows) as rows, sum(used.bytes) as bytes
        from used, unnest(used.tables) as touched(name)
        where touched.name = any(case when :tables = '{}' then '{""}' else :tables end)
        group by touched.name) as of_a_table
      """)
  Spent spent(
      @Bind("type") String requesterType,
      @Bind("id") String requesterId,
      @Bind("except") String except,
      @Bind("since") Instant since,
      @Bind("tables") List<String> tables,
      @Bind("resultBytes") long resultBytes);
}
