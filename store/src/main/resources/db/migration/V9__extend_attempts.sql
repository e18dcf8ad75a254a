-- What proves later whether an attempt took effect, and on which incarnation of the target it ran.
alter table execution_attempt
  add column guarantee text not null default 'ledger'
    check (guarantee in ('ledger', 'xid', 'at_most_once')),
  add column xid               text check (xid ~ '^[0-9]+$'),  -- 64 bits, with its epoch
  add column system_identifier text,
  add column timeline          text,
  add check (guarantee <> 'xid' or (xid is not null and system_identifier is not null
    and timeline is not null));
alter table execution_attempt alter column guarantee drop default;

-- Where no machine can know whether an action took effect: what a person needs to find out, and
-- what an operator decided. It is decided once.
create table reconciliation (
  action_id       text primary key references action (id),
  fence           bigint not null,                 -- of the attempt in doubt
  why             text not null,
  if_executed     text not null,                   -- what is true if it took effect
  if_not_executed text not null,
  probe           text not null,                   -- SQL that a person can run on the target
  opened_at       timestamptz not null,
  decision        text check (decision in ('executed', 'not_executed')),
  decided_by      text,
  reason          text,
  decided_at      timestamptz,
  check ((decision is null) = (decided_by is null) and (decision is null) = (reason is null)
    and (decision is null) = (decided_at is null))
);

-- Somebody wants what is being executed to be stopped.
alter table action
  add column stop_asked_at timestamptz;
