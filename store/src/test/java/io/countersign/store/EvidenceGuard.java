package io.countersign.store;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * Lets a control database refuse every transaction that changes an action's status and does not
 * leave exactly one event that says so; and counts which changes it saw.
 */
public final class EvidenceGuard {
  private static final String GUARD =
      """
      create table seen_transition (
        was text, became text not null, type text not null,
        unique nulls not distinct (was, became));
      create function require_evidence() returns trigger language plpgsql as $$
      declare
        was text := case when tg_op = 'UPDATE' then old.status end;
        expected text := case
          when was is null then 'action.submitted'
          when was = 'NEEDS_RECONCILIATION' then 'action.reconciled'
          when new.status = 'PENDING_REVIEW' then 'action.pending'
          when new.status = 'NEEDS_RECONCILIATION' then 'action.unknown'
          else 'action.' || lower(new.status) end;
        found bigint;
      begin
        if was is not distinct from new.status then
          return null;
        end if;
        select count(*) into found from audit_outbox
          where action_id = new.id and type = expected and xmin = pg_current_xact_id()::xid;
        if found <> 1 then
          raise exception '% became % with % events %', was, new.status, found, expected;
        end if;
        insert into seen_transition values (was, new.status, expected) on conflict do nothing;
        return null;
      end $$;
      create constraint trigger require_evidence after insert or update on action
        deferrable initially deferred for each row execute function require_evidence();
      """;

  private EvidenceGuard() {}

  /** Begins to guard that database; nothing else may have changed an action before. */
  public static void install(Jdbi jdbi) {
    jdbi.useHandle(
        handle -> {
          try (Statement statement = handle.getConnection().createStatement()) {
            statement.execute(GUARD);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** The changes that were seen, each as {@code FROM>TO}. */
  public static List<String> seen(Jdbi jdbi) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select coalesce(was, '') || '>' || became from seen_transition order by 1")
                .mapTo(String.class)
                .list());
  }
}
