-- Budgets count what a requester got without a person's approval, by table.
alter table action
  add column tables text[] not null default '{}';  -- schema.table, as the facts say
create index action_spending on action (requester_type, requester_id, approved_at)
  where approved_at is not null and expires_at is null;

alter table execution_attempt
  add column result_bytes bigint check (result_bytes >= 0);
