-- A console sign-in under way at the identity provider: taken once, by the browser that began it.
create table sign_in (
  state_hash    text primary key,                  -- SHA-256 of the state, which is in a cookie
  nonce         text not null,
  code_verifier text not null,
  return_to     text not null check (return_to ~ '^/([^/\\]|$)'),
  expires_at    timestamptz not null
);
create index sign_in_expiry on sign_in (expires_at);
create index web_session_expiry on web_session (expires_at);
