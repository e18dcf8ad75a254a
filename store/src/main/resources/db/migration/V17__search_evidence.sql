-- Who acted, as the entry says it: canonical JSON has the actor right after the action, if there is
-- one. Cut, because an index takes no long values; not cast to jsonb, because a body that somebody
-- broke must still be readable.
create function audit_actor(body text) returns text
language sql immutable strict parallel safe
return left(substring(body from
  '^\{(?:"action":"[^"]*",)?"actor":\{(?:"channel":"[^"]*",)?"id":"((?:[^"\\]|\\.)*)"'), 200);

create index audit_entry_of_time on audit_entry (occurred_at, idx);
create index audit_entry_of_type on audit_entry (type, occurred_at, idx);
create index audit_entry_of_actor on audit_entry (audit_actor(body), occurred_at, idx);
