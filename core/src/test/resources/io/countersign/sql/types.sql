-- Base and range types of pg_catalog whose values come from the text alone.
select t.typname::text
  from pg_type t
 where t.typnamespace = 'pg_catalog'::regnamespace
   and t.typtype in ('b', 'r', 'm')
   and t.typname !~ '^(_|pg_|reg)'
   and t.typname not in ('aclitem', 'cid', 'gtsvector', 'int2vector', 'oid', 'oidvector',
                         'refcursor', 'tid', 'txid_snapshot', 'xid', 'xid8')
 order by 1
