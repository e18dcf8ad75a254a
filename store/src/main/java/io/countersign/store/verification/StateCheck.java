package io.countersign.store.verification;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Holds what the tables say of actions against what the log and its outbox say. A log proves what
 * is in it; an event that somebody deleted before it was logged is missed here alone.
 */
final class StateCheck {
  private static final String STATUS =
      """
      select a.id || ' is ' || a.status from action a
      where not exists (
          select from audit_entry e where e.action_id = a.id and e.type = any(%1$s))
        and not exists (
          select from audit_outbox o where o.action_id = a.id and o.type = any(%1$s))
      order by a.changed_at, a.id limit 1
      """
          .formatted(
              """
              case a.status
                when 'EVALUATING' then array['action.submitted']
                when 'PENDING_REVIEW' then array['action.pending']
                when 'NEEDS_RECONCILIATION' then array['action.unknown']
                when 'SUCCEEDED' then array['action.succeeded', 'action.reconciled']
                when 'FAILED' then array['action.failed', 'action.reconciled']
                else array['action.' || lower(a.status)] end""");

  private static final String VOTES =
      """
      select b.action_id || ' counts ' || count(*) || ' votes' from ballot b
      where b.state = 'counted'
      group by b.action_id
      having count(*) > (
          select count(*) from audit_entry e
          where e.action_id = b.action_id and e.type = 'vote.counted')
        + (select count(*) from audit_outbox o
          where o.action_id = b.action_id and o.type = 'vote.counted')
      order by b.action_id limit 1
      """;

  private StateCheck() {}

  /** The first action that no event explains, in words. */
  static Optional<String> find(Handle handle) {
    return first(handle, STATUS)
        .or(() -> first(handle, VOTES))
        .map(
            action ->
                "action "
                    + action
                    + ", but neither the log nor its outbox says so: an event was deleted before it"
                    + " was logged, or the table was changed by hand");
  }

  private static Optional<String> first(Handle handle, String question) {
    return handle.createQuery(question).mapTo(String.class).findOne();
  }
}
