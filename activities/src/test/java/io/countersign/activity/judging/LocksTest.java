package io.countersign.activity.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.activity.execution.ExecutionFixture;
import io.countersign.sql.ParserPool;
import io.countersign.sql.StatementAnalyser;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lock that a packet names is the one that PostgreSQL takes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocksTest {
  private static final String STRONGEST =
      """
      select mode from pg_locks
      where pid = pg_backend_pid() and locktype = 'relation' and relation in (%s)
      """;
  private static final String TABLES =
      """
      select string_agg(oid::text, ',') from pg_class
      where relname in ('ledgers', 'entries', 'shown', 'stored', 'parts', 'part')
      """;
  private static final List<String> MODES =
      List.of(
          "AccessShareLock",
          "RowShareLock",
          "RowExclusiveLock",
          "ShareUpdateExclusiveLock",
          "ShareLock",
          "ShareRowExclusiveLock",
          "ExclusiveLock",
          "AccessExclusiveLock");

  private final ParserPool pool = new ParserPool();
  private final StatementAnalyser analyser = new StatementAnalyser(pool);
  private ExecutionFixture fixture;

  @BeforeAll
  void open() throws Exception {
    fixture = new ExecutionFixture();
    fixture.sql(
        """
        create table ledgers (id int primary key, name text, amount numeric, at timestamptz);
        create index ledgers_name on ledgers (name);
        create table entries (id int primary key, ledger_id int, note text default 'a');
        alter table entries add constraint positive check (id > 0) not valid;
        create view shown as select id from ledgers;
        create materialized view stored as select id from ledgers;
        create unique index stored_id on stored (id);
        create table parts (id int) partition by range (id);
        create table part (id int);
        create function nothing() returns trigger language plpgsql as 'begin return new; end';
        create trigger watch before insert on entries for each row execute function nothing()
        """);
  }

  @AfterAll
  void close() {
    fixture.close();
    pool.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alter table entries add column a int",
        "alter table entries drop column note",
        "alter table entries alter column id type bigint",
        "alter table entries alter column note set not null",
        "alter table entries alter column note drop default",
        "alter table entries alter column note set statistics 10",
        "alter table entries alter column note set (n_distinct = 5)",
        "alter table entries add constraint c check (id > 0)",
        "alter table entries add constraint c unique (note)",
        "alter table entries add foreign key (ledger_id) references ledgers",
        "alter table entries add foreign key (ledger_id) references ledgers not valid",
        "alter table entries validate constraint positive",
        "alter table entries drop constraint positive",
        "alter table entries disable trigger watch",
        "alter table entries enable trigger watch",
        "alter table entries disable trigger all",
        "alter table entries set unlogged",
        "alter table entries cluster on entries_pkey",
        "alter table entries rename to other",
        "alter table entries rename column note to remark",
        "alter table entries enable row level security",
        "alter table ledgers owner to postgres",
        "alter index ledgers_name rename to other",
        "comment on table entries is 'x'",
        "create index on entries (note)",
        "create table fresh (id int, ledger_id int references ledgers)",
        "create table fresh (id int)",
        "create table fresh as select * from ledgers",
        "create view fresh as select * from ledgers",
        "create trigger t before insert on entries for each row execute function nothing()",
        "create policy p on entries",
        "create statistics s on id, note from entries",
        "drop table entries",
        "drop view shown",
        "drop index ledgers_name",
        "drop trigger watch on entries",
        "truncate entries",
        "reindex table entries",
        "reindex index ledgers_name",
        "refresh materialized view stored",
        "refresh materialized view concurrently stored",
        "cluster entries using entries_pkey",
        "insert into entries values (1)",
        "update entries set note = 'b'",
        "delete from entries",
        "select * from entries",
        "select * from entries for update",
        "lock table entries in share row exclusive mode",
        "lock table entries",
        "grant select on entries to public",
      })
  void lockIsTheOneThatPostgresTakes(String sql) throws Exception {
    String claimed = analyser.schemaChange(sql).lock();
    try (Connection connection = fixture.admin();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      // By id: a table may have another name by then, or be gone.
      String tables;
      try (var ids = statement.executeQuery(TABLES)) {
        ids.next();
        tables = ids.getString(1);
      }
      statement.execute(sql);
      int strongest = -1;
      try (var rows = statement.executeQuery(STRONGEST.formatted(tables))) {
        while (rows.next()) {
          strongest = Math.max(strongest, MODES.indexOf(rows.getString(1)));
        }
      }
      connection.rollback();
      String found =
          strongest < 0
              ? "none"
              : MODES
                  .get(strongest)
                  .replace("Lock", "")
                  .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                  .toUpperCase(java.util.Locale.ROOT);
      assertThat(claimed).as("claimed, where PostgreSQL takes " + found).isEqualTo(found);
    }
  }
}
