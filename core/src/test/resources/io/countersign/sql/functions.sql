-- Functions of pg_catalog that a statement may call and still count as a read. By name: a name is
-- listed only if every function of that name is harmless, on every version this runs against.
with harmless_though_volatile(name) as (
  -- chance and the clock: they leave nothing behind
  values ('array_sample'), ('array_shuffle'), ('clock_timestamp'), ('gen_random_uuid'), ('random'),
         ('random_normal'), ('timeofday'), ('uuidv4'), ('uuidv7')
), wanted_though_internal(name) as (
  -- they stand behind an operator, a cast or an index too, and people call them by name
  values ('array_append'), ('array_cat'), ('array_prepend'), ('bool'), ('bpchar'), ('date'),
         ('float4'), ('float8'), ('inet_merge'), ('inet_same_family'), ('int2'), ('int4'),
         ('int8'), ('interval'), ('json_extract_path'), ('json_extract_path_text'),
         ('jsonb_extract_path'), ('jsonb_extract_path_text'), ('numeric'), ('pg_collation_for'),
         ('pg_column_size'), ('pg_size_pretty'), ('pg_typeof'), ('starts_with'), ('text'),
         ('time'), ('timestamp'), ('timestamptz'), ('varchar')
), wanted_of_xml(name) as (
  -- these work on the document they are given; every other function of XML may read tables by name
  values ('xml_is_well_formed'), ('xml_is_well_formed_content'), ('xml_is_well_formed_document'),
         ('xmlagg'), ('xmlcomment'), ('xmlexists'), ('xmltext'), ('xpath'), ('xpath_exists')
), harmless_in_spite_of_type(signature) as (
  -- none of them looks anything up: they compare, convert or name what they are given
  values ('age(xid)'), ('int8(oid)'), ('max(oid)'), ('max(pg_lsn)'), ('max(tid)'), ('max(xid8)'),
         ('min(oid)'), ('min(pg_lsn)'), ('min(tid)'), ('min(xid8)'), ('pg_typeof("any")'),
         ('text(xml)')
), left_out(pattern) as (
  values
    -- settings, identity of the connection, privileges, transactions
    ('^(current_setting|getpgusername|inet_(client|server)_.*|has_.*|row_security_active|txid_.*)$'),
    -- run a query given as text, or look dictionaries and types up by name
    ('^(ts_rewrite|ts_stat|ts_debug|ts_parse|ts_token_type|ts_lexize|to_reg.*)$'),
    -- make rows of any type
    ('^jsonb?_populate_.*$'),
    -- support functions
    ('^(brin|gin|gist|spg|regtype|void)'), ('(send|_subdiff|_canonical)$'),
    ('^(int4inc|int8_sum|numeric_.*|dexp|dlog1.*|dround|dtrunc|like|notlike|textlen)$')
), unwanted_type(name) as (
  values ('aclitem'), ('cid'), ('cstring'), ('event_trigger'), ('fdw_handler'), ('gtsvector'),
         ('index_am_handler'), ('int2vector'), ('internal'), ('language_handler'), ('oid'),
         ('oidvector'), ('pg_ddl_command'), ('pg_lsn'), ('pg_node_tree'), ('pg_snapshot'),
         ('refcursor'), ('regclass'), ('regcollation'), ('regnamespace'), ('regoper'),
         ('regoperator'), ('regproc'), ('regprocedure'), ('regrole'), ('regtype'),
         ('table_am_handler'), ('tid'), ('trigger'), ('tsm_handler'), ('txid_snapshot'),
         ('xid'), ('xid8'), ('xml')
), candidate as (
  select p.oid, p.proname, p.provolatile,
         exists (
           select from unnest(p.proargtypes::oid[] || p.prorettype) argument (type)
             join pg_type t on t.oid = argument.type
             join unwanted_type u on t.typname in (u.name, '_' || u.name)) as has_unwanted_type,
         exists (select from pg_operator where oprcode = p.oid)
           or exists (select from pg_amproc where amproc = p.oid)
           or exists (select from pg_cast where castfunc = p.oid)
           or exists (select from pg_conversion where conproc = p.oid)
           or exists (
             select from pg_aggregate
              where p.oid in (aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn,
                              aggmtransfn, aggminvtransfn, aggmfinalfn)) as is_internal
    from pg_proc p
   where p.pronamespace = 'pg_catalog'::regnamespace
     and p.prokind in ('f', 'a', 'w')
)
select distinct proname::text
  from candidate c
 where not exists (
     select from candidate other
      where other.proname = c.proname
        and ((other.provolatile = 'v'
               and other.proname not in (select name from harmless_though_volatile))
          or (other.has_unwanted_type
               and other.proname not in (select name from wanted_of_xml)
               and other.oid::regprocedure::text not in (
                 select signature from harmless_in_spite_of_type))))
   and (not is_internal or proname in (select name from wanted_though_internal))
   and (proname !~ '^pg_' or proname in (select name from wanted_though_internal))
   and not exists (select from left_out where proname ~ pattern)
 order by 1
