-- What a target database needs before Countersign may act on it: one role for each class of
-- statement, and the ledger table that makes a change happen exactly once. Run it as the owner of
-- the database; give the roles their passwords by ALTER ROLE. Safe to run again.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['cs_read', 'cs_write', 'cs_ddl'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I login', wanted);
    end if;
  end loop;
end $$;

-- No default_transaction_read_only for the role: the driver would take the server for a standby.
-- Every reading session sets it itself, and the role has no right to write anyway.

-- Nobody plants a table or a function that a statement could stumble upon.
revoke create on schema public from public;
do $$ begin
  execute format('revoke temporary on database %I from public', current_database());
end $$;

-- The marker of an action commits together with its effect; it is never changed or removed.
create schema if not exists countersign;
create table if not exists countersign.execution (
  action_id   text primary key,
  fence       bigint not null,
  digest      text not null,
  executed_at timestamptz not null default now()
);
grant usage on schema countersign to cs_write, cs_ddl;
grant select, insert on countersign.execution to cs_write, cs_ddl;

-- Reads: look, and nothing else.
grant usage on schema public to cs_read;
grant select on all tables in schema public to cs_read;

-- Writes: rows, not tables.
grant usage on schema public to cs_write;
grant select, insert, update, delete on all tables in schema public to cs_write;
grant usage on all sequences in schema public to cs_write;

-- Schema changes; what it creates is at once open to the other two.
grant usage, create on schema public to cs_ddl;
alter default privileges for role cs_ddl in schema public grant select on tables to cs_read;
alter default privileges for role cs_ddl in schema public
  grant select, insert, update, delete on tables to cs_write;
alter default privileges for role cs_ddl in schema public grant usage on sequences to cs_write;
