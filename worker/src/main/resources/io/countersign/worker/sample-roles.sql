-- Somebody who works with the shop, and a role to grant for a while. Safe to run again.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['analyst', 'reporting'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I', wanted);
    end if;
  end loop;
end $$;
grant usage on schema public to analyst, reporting;
grant select on orders, payments to reporting;
grant reporting to cs_roles with admin option;
