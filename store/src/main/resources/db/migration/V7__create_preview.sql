-- Questions without consequences. Unlogged: nothing of them is meant to stay.
create unlogged table preview (
  id       text primary key,
  question text not null,                          -- JSON, io.countersign.store.Preview
  answer   text,                                   -- JSON, io.countersign.store.Preview.Answer
  asked_at timestamptz not null
);
