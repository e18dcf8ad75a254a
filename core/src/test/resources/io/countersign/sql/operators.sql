-- Operators of pg_catalog, by name. None of them is volatile.
select o.oprname::text
  from pg_operator o
  join pg_proc p on p.oid = o.oprcode
 where o.oprnamespace = 'pg_catalog'::regnamespace
 group by o.oprname
having bool_and(p.provolatile <> 'v')
 order by 1
