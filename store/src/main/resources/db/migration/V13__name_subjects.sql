-- A person in the log is a keyed commitment: deleting this row takes the person out of the log.
create table audit_secret (
  subject_id  text primary key,                    -- the person's id
  pseudonym   text not null unique check (pseudonym ~ '^sub_[A-Za-z0-9_-]{43}$'),
  wrapped_key bytea not null,                      -- the person's own key, under the configured one
  created_at  timestamptz not null default now()
);

-- Nobody's id gets into the log, whoever writes. What waits from an earlier release stays valid.
-- Text of others cannot look like this: inside of a JSON string its quotes are escaped.
alter table audit_outbox add constraint audit_outbox_names_nobody check (
  (body !~ '"type":"person"' or body ~ '"id":"sub_[A-Za-z0-9_-]{43}","type":"person"')
  and body !~ '"(on_behalf_of|person)":"([^s]|s[^u]|su[^b]|sub[^_])') not valid;
