create table audit_outbox (
  id          bigint generated always as identity primary key,
  event_id    uuid not null unique,
  action_id   text,
  type        text not null,
  occurred_at timestamptz not null,
  body        text not null
);
