-- Evidence waiting to be integrated, written in the transaction of what it is evidence of. The
-- integrator moves a row to audit_entry; its id is no index: identity order is not commit order.
create table audit_outbox (
  id          bigint generated always as identity primary key,
  event_id    uuid not null unique,
  action_id   text,
  type        text not null,
  occurred_at timestamptz not null,
  body        text not null                        -- canonical JSON; text, because jsonb rewrites
);
create index audit_outbox_of_action on audit_outbox (action_id);

-- The log. leaf_hash is SHA-256(0x00, body); the other columns repeat the body for searching.
create table audit_entry (
  idx           bigint primary key check (idx >= 0),
  leaf_hash     bytea not null check (length(leaf_hash) = 32),
  body          text not null,
  event_id      uuid not null unique,
  action_id     text,
  type          text not null,
  occurred_at   timestamptz not null,
  integrated_at timestamptz not null default now()
);
create index audit_entry_of_action on audit_entry (action_id, idx);

-- The tree: up to 256 hashes a row, the roots of subtrees of 256^level entries (C2SP tlog-tiles).
create table audit_tile (
  level      int    not null check (level >= 0),
  tile_index bigint not null check (tile_index >= 0),
  hashes     bytea  not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (level, tile_index)
);

create table audit_head (
  single   boolean primary key default true check (single),
  size     bigint not null check (size >= 0),
  frontier bytea not null                          -- roots of the complete subtrees, largest first
);
insert into audit_head (size, frontier) values (0, '');

create table audit_checkpoint (
  size       bigint primary key check (size > 0),
  root       bytea not null check (length(root) = 32),
  note       text not null,                        -- the signed note, verbatim
  created_at timestamptz not null
);

-- A superuser walks past these; the signed tree is what shows it.
create function audit_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the evidence log only grows: % on % is refused', tg_op, tg_table_name;
end
$$;
create trigger audit_entry_only_grows before update or delete or truncate on audit_entry
  for each statement execute function audit_refuse_change();
create trigger audit_checkpoint_only_grows before update or delete or truncate on audit_checkpoint
  for each statement execute function audit_refuse_change();
