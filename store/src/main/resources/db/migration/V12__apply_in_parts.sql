-- A migration that no single transaction holds is applied in parts, one after the other; an
-- attempt is one at one of them.
alter table execution_attempt
  add column part int not null default 1 check (part between 1 and 100);
