-- What the policy was asked about, and what the target's catalogue said: a later look compares.
alter table action
  add column facts      text,                      -- JSON, io.countersign.policy.Facts
  add column resolution text;                      -- JSON, io.countersign.sql.Resolution
