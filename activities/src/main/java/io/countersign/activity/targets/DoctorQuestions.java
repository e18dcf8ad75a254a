package io.countersign.activity.targets;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What {@link TargetDoctor} asks a target, as one of its logins. */
final class DoctorQuestions {
  private static final String USERS_OWN =
      "n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'countersign')";

  private final Connection connection;

  DoctorQuestions(Connection connection) {
    this.connection = connection;
  }

  /** What a login may hold that it should not. */
  enum Holding {
    WRITABLE(
        """
        select n.nspname || '.' || c.relname
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'f') and %s
          and (pg_catalog.has_table_privilege(c.oid, 'insert, update, delete, truncate')
            or pg_catalog.has_any_column_privilege(c.oid, 'insert, update'))
        order by 1
        """),
    SEQUENCES(
        """
        select n.nspname || '.' || c.relname
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'S' and %s
          -- With AND PostgreSQL may ask it of a table too, which is an error.
          and case when c.relkind = 'S'
            then pg_catalog.has_sequence_privilege(c.oid, 'usage, update') end
        order by 1
        """),
    OWNED(
        """
        select n.nspname || '.' || c.relname
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          and %s and pg_catalog.pg_has_role(c.relowner, 'usage')
        order by 1
        """),
    CREATABLE(
        """
        select n.nspname
        from pg_catalog.pg_namespace n
        where (%s or n.nspname = 'countersign')
          and pg_catalog.has_schema_privilege(n.oid, 'create')
        union all
        select 'the database'
        where pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create')
        union all
        select 'temporary tables'
        where pg_catalog.has_database_privilege(pg_catalog.current_database(), 'temporary')
        order by 1
        """),
    DEFINERS(
        """
        select n.nspname || '.' || p.proname
        from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and %s and p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
          and pg_catalog.has_schema_privilege(n.oid, 'usage')
          and pg_catalog.has_function_privilege(p.oid, 'execute')
        order by 1
        """);

    private final String sql;

    Holding(String sql) {
      this.sql = sql.formatted(USERS_OWN);
    }
  }

  List<String> list(Holding holding) throws SQLException {
    return texts(holding.sql);
  }

  boolean holds(String sql, String... values) throws SQLException {
    return texts(sql, values).contains("t");
  }

  int number(String sql) throws SQLException {
    return Integer.parseInt(texts(sql).getFirst());
  }

  boolean hasTable(String schema, String table) throws SQLException {
    return holds(
        """
        select exists (select from pg_catalog.pg_class c
          join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where n.nspname = ? and c.relname = ? and c.relkind in ('r', 'p', 'v', 'm', 'f'))
        """,
        schema,
        table);
  }

  boolean hasColumn(String schema, String table, String column) throws SQLException {
    return holds(
        """
        select exists (select from pg_catalog.pg_class c
          join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          join pg_catalog.pg_attribute a on a.attrelid = c.oid
          where n.nspname = ? and c.relname = ? and a.attname = ?
            and a.attnum > 0 and not a.attisdropped)
        """,
        schema,
        table,
        column);
  }

  /** Attributes by which a role is above the rights that are granted to it. */
  List<String> attributes() throws SQLException {
    return texts(
        """
        select attribute from pg_catalog.pg_roles r
        cross join lateral (values (r.rolsuper, 'superuser'), (r.rolcreaterole, 'createrole'),
          (r.rolcreatedb, 'createdb'), (r.rolreplication, 'replication'),
          (r.rolbypassrls, 'bypassrls')) as has (it, attribute)
        where r.rolname = current_user and it
        """);
  }

  /** Roles that reach beyond the database, or beyond any table's rights. */
  List<String> powerfulRoles() throws SQLException {
    return texts(
        """
        select r.rolname from pg_catalog.pg_roles r
        where r.rolname in ('pg_read_server_files', 'pg_write_server_files',
            'pg_execute_server_program', 'pg_write_all_data', 'pg_read_all_data',
            'pg_database_owner', 'pg_signal_backend', 'pg_maintain', 'pg_checkpoint',
            'pg_create_subscription', 'pg_use_reserved_connections')
          and pg_catalog.pg_has_role(r.oid, 'member')
          and not exists (select from pg_catalog.pg_roles me
            where me.rolname = current_user and me.rolsuper)
        order by 1
        """);
  }

  /** Why the ledger does not serve this login; empty if it does. */
  List<String> ledgerFaults() throws SQLException {
    if (!hasTable("countersign", "execution")) {
      return List.of("table `countersign.execution` is missing; see `countersign target setup`");
    }
    if (!holds("select pg_catalog.has_schema_privilege('countersign', 'usage')")) {
      return List.of("it has no right to use schema `countersign`");
    }
    return texts(
        """
        select fault from pg_catalog.pg_class c
        cross join lateral (values
          (not (pg_catalog.has_table_privilege(c.oid, 'insert')
            and pg_catalog.has_table_privilege(c.oid, 'select')),
            'it may not insert and select'),
          (c.relkind <> 'r' or c.relpersistence <> 'p', 'it is not an ordinary, logged table'),
          (not exists (select from pg_catalog.pg_index i
            join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
            where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
              and i.indpred is null and i.indnkeyatts = 1 and a.attname = 'action_id'),
            'action_id is not unique'),
          (c.relrowsecurity, 'it has row-level security'),
          (c.relhasrules, 'it has rules'),
          (exists (select from pg_catalog.pg_trigger t
            where t.tgrelid = c.oid and not t.tgisinternal), 'it has triggers'))
          as found (is_so, fault)
        where c.oid = 'countersign.execution'::pg_catalog.regclass and is_so
        """);
  }

  /** Whether it may write a transaction's id to the log before the transaction ends. */
  boolean canFlush() throws SQLException {
    return holds(
        """
        select bool_and(pg_catalog.has_function_privilege(p.oid, 'execute'))
        from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
          and p.proname = 'pg_logical_emit_message'
        """);
  }

  /** Rights on the ledger by which it could be made to forget. */
  List<String> ledgerRights() throws SQLException {
    if (!hasTable("countersign", "execution")) {
      return List.of();
    }
    return texts(
        """
        select fault from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        cross join lateral (values
          (pg_catalog.has_table_privilege(c.oid, 'update'), 'update'),
          (pg_catalog.has_table_privilege(c.oid, 'delete'), 'delete from'),
          (pg_catalog.has_table_privilege(c.oid, 'truncate'), 'truncate'),
          (pg_catalog.pg_has_role(c.relowner, 'usage'), 'drop'))
          as found (is_so, fault)
        where n.nspname = 'countersign' and c.relname = 'execution' and is_so
        """);
  }

  private List<String> texts(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      List<String> texts = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
      return texts;
    }
  }
}
