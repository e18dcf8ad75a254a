-- What an attempt did, known before its COMMIT is sent: a later attempt that finds it committed
-- finishes with these.
alter table execution_attempt
  add column row_count bigint check (row_count >= 0);
