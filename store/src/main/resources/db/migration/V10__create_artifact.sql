-- The file that an export wrote, encrypted and in pieces. Each attempt writes its own; one counts.
create table artifact (
  action_id   text not null references action (id),
  fence       bigint not null,
  format      text not null check (format in ('csv', 'jsonl')),
  state       text not null check (state in ('writing', 'ready', 'taken', 'expired')),
  wrapped_key bytea,                               -- null once nobody shall read it any more
  chunks      int not null default 0,
  row_count   bigint not null default 0,
  byte_count  bigint not null default 0,           -- of the plain text
  sha256      text,                                -- of the plain text; null while it is written
  expires_at  timestamptz not null,
  taken_at    timestamptz,                         -- when its only download began
  primary key (action_id, fence)
);
create unique index artifact_that_counts on artifact (action_id) where state <> 'writing';
create index artifact_expiry on artifact (expires_at) where wrapped_key is not null;

create table artifact_chunk (
  action_id  text not null,
  fence      bigint not null,
  number     int not null check (number >= 0),
  ciphertext bytea not null,
  primary key (action_id, fence, number),
  foreign key (action_id, fence) references artifact on delete cascade
);
-- Encrypted bytes cannot be compressed: trying costs more than writing them.
alter table artifact_chunk alter column ciphertext set storage external;
