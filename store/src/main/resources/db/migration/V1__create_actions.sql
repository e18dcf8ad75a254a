-- One row is one action. Every change of status writes its evidence in the same transaction.
create table action (
  id                text primary key check (id ~ '^act_[0-9A-HJKMNP-TV-Z]{26}$'),
  kind              text not null,
  target            text not null,
  sql               text not null,
  params            text not null,                 -- JSON array of strings and nulls
  max_rows          int  not null check (max_rows > 0),
  statement_timeout_ms int not null check (statement_timeout_ms > 0),
  reason            text not null,
  ticket            text,
  requester_type    text not null check (requester_type in ('person', 'agent')),
  requester_id      text not null,
  requester_groups  text[] not null,
  on_behalf_of      text,
  parties           text[] not null,               -- person ids that may never approve (R1)
  idempotency_key   text,
  content_hash      text not null,
  revision          int  not null default 1,
  digest            text not null,
  status            text not null check (status in ('EVALUATING', 'REFUSED', 'PENDING_REVIEW',
                      'APPROVED', 'DENIED', 'EXPIRED', 'CANCELLED', 'EXECUTING', 'REVOKED',
                      'LAPSED', 'SUCCEEDED', 'FAILED', 'NEEDS_RECONCILIATION')),
  analysis          text,                          -- JSON, io.countersign.sql.Analysis
  tags              text[] not null default '{}',
  verdict           text,                          -- JSON, io.countersign.policy.Verdict
  requirement       text,                          -- JSON, io.countersign.action.Requirement
  review_groups     text[] not null default '{}',  -- policy groups that hold a seat
  review_idp_groups text[] not null default '{}',  -- the identity provider's groups behind them
  packet            text,                          -- JSON, io.countersign.action.Packet
  packet_digest     text,
  outcome           text,                          -- JSON, io.countersign.store.Outcome
  error             text,                          -- JSON, io.countersign.store.ActionError
  fence             bigint not null default 0,
  escalation_step   int not null default 0,        -- how many escalations were recorded
  created_at        timestamptz not null,
  changed_at        timestamptz not null,
  expires_at        timestamptz,                   -- end of the wait for reviewers
  approved_at       timestamptz,
  execute_before    timestamptz,                   -- end of the approval
  unique (requester_type, requester_id, idempotency_key)
);
create index action_newest on action (created_at desc, id desc);
create index action_open on action (changed_at)
  where status in ('EVALUATING', 'PENDING_REVIEW', 'APPROVED', 'EXECUTING');

-- A ballot is stored before the workflow hears of it; it counts once its evidence is stored.
create table ballot (
  vote_id      text primary key,
  action_id    text not null references action (id),
  person_id    text not null,
  decision     text not null check (decision in ('approve', 'deny', 'withdraw')),
  digest       text not null,
  channel      text not null check (channel in ('api', 'console', 'slack', 'teams')),
  reason       text not null default '',
  signed_in_at timestamptz,
  received_at  timestamptz not null,
  mac          text not null,
  state        text not null
    check (state in ('received', 'counted', 'refused', 'late', 'replaced', 'withdrawn')),
  code         text,
  groups       text[] not null default '{}'        -- policy groups held when counted
);
create index ballot_of_action on ballot (action_id, received_at);
create unique index ballot_one_live on ballot (action_id, person_id) where state = 'counted';

create table person (
  id           text primary key,
  display_name text not null,
  idp_groups   text[] not null,
  active       boolean not null default true,
  seen_at      timestamptz not null                -- when the identity provider last vouched for it
);

create table agent_owner (
  agent_id  text not null,
  person_id text not null,
  primary key (agent_id, person_id)
);

create table web_session (
  token_hash   text primary key,                   -- SHA-256 of the cookie
  person_id    text not null,
  csrf_token   text not null,
  signed_in_at timestamptz not null,
  expires_at   timestamptz not null
);

create table slack_link (
  team_id   text not null,
  user_id   text not null,
  person_id text not null,
  linked_at timestamptz not null,
  primary key (team_id, user_id)
);

create table slack_link_code (
  code_hash  text primary key,
  team_id    text not null,
  user_id    text not null,
  expires_at timestamptz not null
);

-- Requests of a chat platform already handled, so that a replay does nothing.
create table channel_request (
  id          text primary key,
  received_at timestamptz not null
);

create table channel_message (
  action_id  text not null references action (id),
  channel    text not null,
  reference  text not null,                        -- where the message is: channel id and timestamp
  shown      text not null,                        -- digest of what it shows now
  updated_at timestamptz not null,
  primary key (action_id, channel)
);

create table execution_attempt (
  action_id     text not null references action (id),
  fence         bigint not null,
  started_at    timestamptz not null,
  backend_pid   int not null,
  backend_start text not null,
  state         text not null check (state in ('open', 'aborted', 'committed')),
  primary key (action_id, fence)
);

-- The rows an action returned: encrypted, capped, and deleted when they expire.
create table result (
  action_id   text primary key references action (id),
  fence       bigint not null,
  final       boolean not null default false,
  ciphertext  bytea not null,
  wrapped_key bytea not null,
  row_count   bigint not null,
  truncated   boolean not null,
  sha256      text not null,
  expires_at  timestamptz not null
);
create index result_expiry on result (expires_at);
