package io.countersign.activity.targets;

import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that makes a database ready to be acted on: a role for each class of statement with the
 * least rights, and the ledger of what was executed. Plain SQL that its owner reviews and runs; it
 * may be run again, and holds no password.
 */
public final class TargetSetup {
  private final Credentials logins;
  private final List<String> schemas;
  private final StringBuilder sql = new StringBuilder();

  private TargetSetup(Credentials logins, List<String> schemas) {
    this.logins = logins;
    this.schemas = schemas;
  }

  /** Of the logins only the names are used. */
  public static String sql(String target, Credentials logins, List<String> schemas) {
    return new TargetSetup(logins, schemas).write(target);
  }

  private String write(String target) {
    say(
        """
        -- What target `%s` needs before Countersign may act on it. Review it, then run it in that
        -- database as its owner, with the right to create roles: psql -v ON_ERROR_STOP=1 -1 -f FILE
        -- It may be run again.
        """
            .formatted(target.replaceAll("\\s", " ")));
    roles();
    nobodyPlantsNames();
    ledger(users(Stream.of(logins.write(), logins.ddl(), logins.roles())));
    for (String schema : schemas) {
      schema(quoted(schema));
    }
    Login granting = logins.roles();
    if (granting != null) {
      say(
          """
          -- Grants for a while: %1$s may give and take exactly the roles that it administers.
          -- Say it for each of them; never for a superuser:
          --   grant reporting to %1$s with admin option;
          """
              .formatted(quoted(granting.user())));
    }
    Login admin = logins.admin();
    if (admin != null) {
      say(
          """
          -- Settings of the server: %1$s may change exactly those that you name, and have the
          -- server read them. From PostgreSQL 15, for each setting:
          --   grant alter system on parameter work_mem to %1$s;
          grant execute on function pg_catalog.pg_reload_conf() to %1$s;
          """
              .formatted(quoted(admin.user())));
    }
    return sql.toString();
  }

  private void roles() {
    List<String> all =
        users(
            Stream.of(logins.read(), logins.write(), logins.ddl(), logins.roles(), logins.admin()));
    say(
        """
        do $$
        declare
          wanted text;
        begin
          foreach wanted in array array[%s]::text[] loop
            if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
              execute format('create role %%I login', wanted);
            end if;
          end loop;
        end $$;
        """
            .formatted(all.stream().map(TargetSetup::literal).collect(Collectors.joining(", "))));
    say(
        """
        -- Give each a password that nobody else knows; psql asks for it and sends it hashed:
        %s
        -- None gets default_transaction_read_only: a driver would take the server for a standby.
        -- Every reading session sets it itself, and its role has no right to write anyway.
        """
            .formatted(
                all.stream()
                    .map(user -> "--   \\password " + quoted(user))
                    .collect(Collectors.joining("\n"))));
  }

  private void nobodyPlantsNames() {
    say("-- Nobody plants a table or a function that a statement could stumble upon.");
    for (String schema : schemas) {
      say("revoke create on schema %s from public;".formatted(quoted(schema)));
    }
    say(
        """
        do $$ begin
          execute format('revoke temporary on database %I from public', current_database());
        end $$;
        """);
  }

  private void ledger(List<String> changing) {
    if (changing.isEmpty()) {
      return;
    }
    String users = quoted(changing);
    say(
        """
        -- The marker of an action commits together with its effect; nobody changes or removes it.
        create schema if not exists countersign;
        create table if not exists countersign.execution (
          action_id   text primary key,
          fence       bigint not null,
          digest      text not null,
          executed_at timestamptz not null default now()
        );
        grant usage on schema countersign to %1$s;
        grant select, insert on countersign.execution to %1$s;
        """
            .formatted(users));
  }

  private void schema(String schema) {
    Login read = logins.read();
    Login write = logins.write();
    Login ddl = logins.ddl();
    if (read != null) {
      say(
          """
          -- Reads look, and nothing else.
          grant usage on schema %1$s to %2$s;
          grant select on all tables in schema %1$s to %2$s;
          """
              .formatted(schema, quoted(read.user())));
    }
    if (write != null) {
      say(
          """
          -- Writes change rows, not tables.
          grant usage on schema %1$s to %2$s;
          grant select, insert, update, delete on all tables in schema %1$s to %2$s;
          grant usage on all sequences in schema %1$s to %2$s;
          """
              .formatted(schema, quoted(write.user())));
    }
    if (ddl != null) {
      say(
          """
          -- Changes of the schema; to change a table it must own it, which is yours to decide:
          --   alter table orders owner to %2$s;
          grant usage, create on schema %1$s to %2$s;
          """
              .formatted(schema, quoted(ddl.user())));
      byDefault(schema, ddl, read, "select on tables");
      byDefault(schema, ddl, write, "select, insert, update, delete on tables");
      byDefault(schema, ddl, write, "usage on sequences");
      say("");
    }
  }

  /** What the role for schema changes creates is at once open to the others. */
  private void byDefault(String schema, Login creator, @Nullable Login user, String rights) {
    if (user != null) {
      say(
          "alter default privileges for role %s in schema %s grant %s to %s;"
              .formatted(quoted(creator.user()), schema, rights, quoted(user.user())));
    }
  }

  private void say(String text) {
    sql.append(text).append('\n');
  }

  private static List<String> users(Stream<@Nullable Login> logins) {
    List<String> users = new ArrayList<>();
    logins.filter(Objects::nonNull).forEach(login -> users.add(login.user()));
    return users.stream().distinct().toList();
  }

  private static String quoted(List<String> names) {
    return names.stream().map(TargetSetup::quoted).collect(Collectors.joining(", "));
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
