-- Roles that actions granted for a while, until they are taken back.
create table role_grant (
  action_id     text primary key references action (id),
  state         text not null check (state in ('pending', 'in_force', 'ended')),
  grantor       text not null,                     -- whose grant it is in the target's catalogue
  grantor_oid   bigint not null,                   -- names may change meanwhile
  role_oid      bigint not null,
  grantee_oid   bigint not null,
  given_at      timestamptz not null,
  until         timestamptz not null,
  revoked_at    timestamptz,                       -- somebody asked to end it early
  found         text,                              -- JSON, what the taking back met
  failures      integer not null default 0,
  failed_since  timestamptz,
  failed_at     timestamptz,
  failure       text,                              -- in our own words
  ended_at      timestamptz,
  ended_why     text check (ended_why in ('expired', 'revoked', 'already_gone')),
  check ((state = 'ended') = (ended_at is not null and ended_why is not null))
);
create index on role_grant (until) where state = 'in_force';
