-- What witnesses signed: each row repeats a checkpoint, with the witness's line at its end.
create table audit_cosignature (
  size    bigint not null check (size > 0),
  witness text   not null,
  note    text   not null,
  at      timestamptz not null default now(),
  primary key (size, witness)
);
create index audit_cosignature_of_witness on audit_cosignature (witness, size);
create trigger audit_cosignature_only_grows before update or delete or truncate on audit_cosignature
  for each statement execute function audit_refuse_change();
