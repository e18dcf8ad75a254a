package io.countersign.store.auditor;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/** What only an export asks. */
interface ExportDao {

  /** The first entry of that time or later. */
  @SqlQuery("select min(idx) from audit_entry where occurred_at >= :from and idx < :size")
  Optional<Long> firstSince(@Bind("from") Instant from, @Bind("size") long size);

  /** The last entry before that time. */
  @SqlQuery("select max(idx) from audit_entry where occurred_at < :to and idx < :size")
  Optional<Long> lastBefore(@Bind("to") Instant to, @Bind("size") long size);

  /** The last entry of an action that has one of those types. */
  @SqlQuery(
      """
      select max(idx) from audit_entry
      where action_id = :action and type = any(:types) and idx < :size
      """)
  Optional<Long> lastOf(
      @Bind("action") String action, @Bind("types") String[] types, @Bind("size") long size);
}
