-- What an action is to do differs by its kind.
alter table action
  add column arguments text;                       -- JSON, io.countersign.action.Arguments
update action
  set arguments = json_build_object('kind', kind, 'sql', sql, 'params', params::json)::text;
alter table action
  alter column arguments set not null,
  drop column sql,
  drop column params;
