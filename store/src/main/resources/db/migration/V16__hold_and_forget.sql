-- What must be kept, whatever its age and whoever wants to be forgotten. Releasing deletes the row.
create table audit_hold (
  id      bigint generated always as identity primary key,
  scope   text not null check (scope in ('action', 'person', 'all')),
  subject text not null,                           -- an action id, a person id or nothing
  reason  text not null,
  held_at timestamptz not null,
  unique (scope, subject)
);

-- A body whose time is over is removed; its hash stays, in this table and in the tree.
alter table audit_entry alter column body drop not null;
create index audit_entry_retention on audit_entry (idx) where type = 'audit.retention';

-- Whoever asks: nothing changes but bodies of entries below a logged, signed retention event.
-- Tables are named with their schema: a session's temporary table must not stand in for the log.
create function audit_allow_retention() returns trigger language plpgsql as $$
declare allowed boolean;
begin
  execute format(
    'select exists (select from %1$I.audit_entry e where e.type = ''audit.retention'''
    ' and e.idx >= $1 and (e.body::json -> ''details'' ->> ''below'')::bigint > $1'
    ' and exists (select from %1$I.audit_checkpoint c where c.size > e.idx))', tg_table_schema)
    into allowed using old.idx;
  if allowed and new.body is null and old.type not in ('audit.retention', 'key.rotated')
    and (new.idx, new.leaf_hash, new.event_id, new.type, new.occurred_at, new.integrated_at)
      = (old.idx, old.leaf_hash, old.event_id, old.type, old.occurred_at, old.integrated_at)
    and new.action_id is not distinct from old.action_id
  then
    return new;
  end if;
  raise exception 'the evidence log only grows: % on % is refused', tg_op, tg_table_name;
end
$$;
drop trigger audit_entry_only_grows on audit_entry;
create trigger audit_entry_only_grows before delete or truncate on audit_entry
  for each statement execute function audit_refuse_change();
create trigger audit_entry_allows_retention before update on audit_entry
  for each row execute function audit_allow_retention();

-- The only way for a role that may not update the table.
create function audit_prune(below bigint) returns bigint
language plpgsql security definer set search_path from current as $$
declare pruned bigint;
begin
  if below % 256 <> 0 then
    raise exception 'only whole bundles of 256 entries are removed';
  end if;
  update audit_entry set body = null
    where idx < below and body is not null and type not in ('audit.retention', 'key.rotated');
  get diagnostics pruned = row_count;
  return pruned;
end
$$;
