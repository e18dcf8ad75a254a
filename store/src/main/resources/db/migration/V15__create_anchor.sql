-- Checkpoints that were sent elsewhere: one for each action that ended. A row without a reference
-- is a message that was about to be sent; it may or may not be there.
create table audit_anchor (
  action_id    text not null references action (id),
  sink         text not null,
  size         bigint not null check (size > 0),
  reference    text,                                -- where it is: channel id and timestamp
  claimed_at   timestamptz not null,
  confirmed_at timestamptz,
  primary key (action_id, sink),
  check ((reference is null) = (confirmed_at is null))
);
create index on channel_message (channel, updated_at);
