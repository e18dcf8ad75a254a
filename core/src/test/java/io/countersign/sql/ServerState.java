package io.countersign.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a statement could change in a database, by its name, each as a hash or a number: rows
 * with the transactions that wrote or locked them, sequences, the catalogue, roles, large objects,
 * the session's settings and locks.
 */
final class ServerState {
  private static final String RELATIONS =
      """
      select quote_ident(relname), relkind = 'S' from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'S') order by 1
      """;
  private static final String ROWS =
      "select md5(string_agg(concat(t::text, xmin, xmax, ctid), '|' order by ctid)) from %s t";
  private static final String SEQUENCE = "select concat(last_value, is_called, log_cnt) from %s";
  private static final String REST =
      """
      select 'relations', md5(string_agg(concat(oid, relname, relowner, relacl, relkind,
               relrowsecurity, relnatts, relfilenode), '|' order by oid)) from pg_class
      union all select 'columns', md5(string_agg(concat(attrelid, attname, atttypid, attacl,
               attnotnull, attisdropped), '|' order by attrelid, attnum)) from pg_attribute
      union all select 'functions', md5(string_agg(p::text, '|' order by oid)) from pg_proc p
      union all select 'types', md5(string_agg(t::text, '|' order by oid)) from pg_type t
      union all select 'enums', md5(string_agg(e::text, '|' order by oid)) from pg_enum e
      union all select 'schemas', md5(string_agg(n::text, '|' order by oid)) from pg_namespace n
      union all select 'triggers', md5(string_agg(t::text, '|' order by oid)) from pg_trigger t
      union all select 'rules', md5(string_agg(r::text, '|' order by oid)) from pg_rewrite r
      union all select 'policies', md5(string_agg(p::text, '|' order by oid)) from pg_policy p
      union all select 'constraints', md5(string_agg(c::text, '|' order by oid))
        from pg_constraint c
      union all select 'defaults', md5(string_agg(d::text, '|' order by oid)) from pg_attrdef d
      union all select 'privileges', md5(string_agg(a::text, '|' order by oid))
        from pg_default_acl a
      union all select 'casts', md5(string_agg(c::text, '|' order by oid)) from pg_cast c
      union all select 'operators', md5(string_agg(o::text, '|' order by oid)) from pg_operator o
      union all select 'extensions', md5(string_agg(e::text, '|' order by oid)) from pg_extension e
      union all select 'languages', md5(string_agg(l::text, '|' order by oid)) from pg_language l
      union all select 'comments', md5(string_agg(d::text, '|' order by d::text))
        from pg_description d
      union all select 'statistics', md5(string_agg(s::text, '|' order by oid))
        from pg_statistic_ext s
      union all select 'publications', md5(string_agg(p::text, '|' order by oid))
        from pg_publication p
      union all select 'event triggers', md5(string_agg(e::text, '|' order by oid))
        from pg_event_trigger e
      union all select 'servers', md5(string_agg(s::text, '|' order by oid))
        from pg_foreign_server s
      union all select 'roles', md5(string_agg(a::text, '|' order by oid)) from pg_authid a
      union all select 'members', md5(string_agg(m::text, '|' order by m::text))
        from pg_auth_members m
      union all select 'role settings', md5(string_agg(s::text, '|' order by s::text))
        from pg_db_role_setting s
      union all select 'databases', md5(string_agg(concat(datname, datacl), '|' order by oid))
        from pg_database
      union all select 'tablespaces', md5(string_agg(t::text, '|' order by oid))
        from pg_tablespace t
      union all select 'large objects', md5(string_agg(l::text, '|' order by l::text))
        from pg_largeobject l
      union all select 'settings', md5(string_agg(concat(name, setting), '|' order by name))
        from pg_settings where name not like 'transaction%'
      union all select 'advisory locks', count(*)::text from pg_locks where locktype = 'advisory'
      union all select 'cursors', count(*)::text from pg_cursors where name <> ''
      union all select 'channels', count(*)::text from pg_listening_channels()
      union all select 'slots', count(*)::text from pg_replication_slots
      union all select 'prepared', count(*)::text from pg_prepared_xacts
      """;

  private ServerState() {}

  /** Seen by that session, whose role must be a superuser's. */
  static SortedMap<String, String> of(Connection session) throws SQLException {
    SortedMap<String, String> state = new TreeMap<>();
    try (Statement statement = session.createStatement();
        Statement single = session.createStatement()) {
      ResultSet relations = statement.executeQuery(RELATIONS);
      while (relations.next()) {
        String name = relations.getString(1);
        String query = (relations.getBoolean(2) ? SEQUENCE : ROWS).formatted(name);
        ResultSet hash = single.executeQuery(query);
        hash.next();
        state.put("rows of " + name, String.valueOf(hash.getString(1)));
      }
      ResultSet rest = single.executeQuery(REST);
      while (rest.next()) {
        state.put(rest.getString(1), String.valueOf(rest.getString(2)));
      }
    }
    return state;
  }
}
