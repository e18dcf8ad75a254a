package io.countersign.store.controls;

import io.countersign.store.evidence.AuditDao.Entry;
import java.util.List;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/** What is looked up while the log is read. */
@RegisterConstructorMapper(Entry.class)
interface ControlDao {

  /** The entries of an action, those of votes that were refused aside: anybody can add to them. */
  @SqlQuery(
      """
      select idx, leaf_hash, coalesce(body, '') as body, event_id, action_id, type, occurred_at
      from audit_entry
      where action_id = :action and idx < :size and type not in ('vote.refused', 'vote.late')
        and (type not in ('action.result_read', 'artifact.requested', 'artifact.sent'))
      order by idx limit 10000
      """)
  List<Entry> story(@Bind("action") String action, @Bind("size") long size);

  /** Versions of the policy that were ever put in force. */
  @SqlQuery(
      """
      select distinct body::json ->> 'policy' from audit_entry
      where type = 'policy.loaded' and body is not null and idx < :size
      """)
  List<String> policies(@Bind("size") long size);
}
