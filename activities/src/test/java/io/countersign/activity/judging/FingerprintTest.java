package io.countersign.activity.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every change is seen by the very next look, and only what matters is a difference. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class FingerprintTest {
  private static int counter;
  private CatalogueFixture fixture;

  /** An administrator's login to an empty database. */
  protected DatabaseConfig emptyDatabase(String name) {
    return TestDatabase.emptyDatabase(name);
  }

  @BeforeEach
  void open() throws SQLException {
    counter++;
    fixture = new CatalogueFixture(emptyDatabase("fingerprint_" + counter));
    fixture.sql(
        """
        create table log (what text);
        create function note() returns trigger language plpgsql
          as 'begin insert into log values (tg_op); return null; end';
        create trigger noted after delete on orders for each row execute function note();
        """);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** What a look sees differently after a change than before; a fresh look agrees with it. */
  private List<String> differences(String statement, String change) throws SQLException {
    Resolution before = fixture.resolve(statement);
    assertThat(fixture.resolve(statement)).isEqualTo(before);
    fixture.sql(change);
    Resolution after = fixture.resolve(statement);
    Analysis analysis = fixture.analyser.analyse(statement);
    try (var connection =
        DriverManager.getConnection(
            fixture.admin.url(), fixture.admin.user(), fixture.admin.password())) {
      Resolution fresh = fixture.catalogue.resolve(analysis, connection);
      assertThat(fresh.differencesFrom(after)).as(change).isEmpty();
      assertThat(fixture.catalogue.resolve(analysis.settledBy(fresh), connection).fingerprint())
          .isEqualTo(fresh.fingerprint());
    }
    return after.differencesFrom(before);
  }

  private void assertSame(String statement, String change) throws SQLException {
    assertThat(differences(statement, change)).as(change).isEmpty();
  }

  @Test
  void whatDoesNotChangeTheMeaningIsNoDifference() throws SQLException {
    String sql = "select id from mail_of_mail m join orders o on o.note = m.address";
    assertSame(sql, "grant select on orders to public");
    assertSame(sql, "insert into customers select i, 'n', 'm' from generate_series(1, 99) i");
    assertSame(sql, "analyze orders; analyze customers");
    assertSame(sql, "vacuum customers");
    assertSame(sql, "vacuum full customers");
    assertSame(sql, "comment on table orders is 'sold'");
    assertSame(sql, "create index on orders (note)");
    assertSame(sql, "create table elsewhere.orders (id int)");
    assertSame(sql, "alter table orders set (fillfactor = 70)");
  }

  @Test
  void replacedViewIsSeenAtOnce() throws SQLException {
    String sql = "select address from mail_of_mail";
    assertThat(
            differences(
                sql,
                "create or replace view customer_mail as"
                    + " select id, name as email from customers"))
        .containsExactly("view public.customer_mail");
    assertThat(fixture.resolve(sql).columns())
        .contains("public.customers.name")
        .doesNotContain("public.customers.email");
    assertThat(
            differences(
                sql,
                "create or replace view customer_mail as"
                    + " select id, note as email from orders"))
        .contains("table public.orders", "view public.customer_mail");
    assertThat(fixture.resolve(sql).tables()).contains("public.orders");
  }

  @Test
  void alteredTableIsADifference() throws SQLException {
    String sql = "select id from orders";
    assertThat(differences(sql, "alter table orders add column more int"))
        .containsExactly("table public.orders");
    assertThat(differences(sql, "alter table orders rename column note to remark"))
        .containsExactly("table public.orders");
    assertThat(differences(sql, "alter table orders alter column remark type varchar(20)"))
        .containsExactly("table public.orders");
    assertThat(differences(sql, "alter table orders enable row level security"))
        .containsExactly("row security public.orders");
    assertThat(differences(sql, "create policy mine on orders using (id = 1)"))
        .containsExactly("row security public.orders");
    assertThat(differences(sql, "alter policy mine on orders using (id = 2)"))
        .containsExactly("row security public.orders");
  }

  @Test
  void anotherTableOfTheSameNameIsADifference() throws SQLException {
    assertThat(differences("select id from log_entry", "create table log_entry (id int)"))
        .containsExactly("table public.log_entry");
    assertThat(
            differences(
                "select id from log_entry",
                "drop table log_entry; create table log_entry (id int)"))
        .containsExactly("table public.log_entry");
    assertThat(differences("select id from lines", "create table early.lines (id int)"))
        .containsExactly("table early.lines", "table public.lines");
  }

  @Test
  void triggerThatAWriteFiresIsPartOfWhatWasJudged() throws SQLException {
    String sql = "delete from orders where id = 1";
    assertThat(fixture.resolve(sql).effects())
        .contains(
            "the trigger `noted` of `public.orders` runs the function `public.note`,"
                + " whose code was not looked into");
    assertThat(fixture.resolve("insert into orders (id) values (1)").effects()).isEmpty();
    assertThat(fixture.resolve("delete from customers where id = 1").effects())
        .anyMatch(effect -> effect.startsWith("the trigger `noted`"));
    assertThat(
            differences(
                sql,
                "create or replace function note() returns trigger language plpgsql"
                    + " security definer as 'begin return null; end'"))
        .containsExactly("trigger public.orders.noted");
    assertThat(fixture.resolve(sql).effects())
        .anyMatch(effect -> effect.contains("with its owner's privileges"));
    assertThat(
            differences(
                sql,
                "create trigger another before delete on orders for each row"
                    + " execute function note()"))
        .containsExactly("trigger public.orders.another");
    assertThat(differences(sql, "alter table orders disable trigger another"))
        .containsExactly("trigger public.orders.another");
    assertThat(differences("select id from orders", "drop trigger noted on orders")).isEmpty();
  }

  @Test
  void foreignKeyThatCascadesIsPartOfWhatWasJudged() throws SQLException {
    String sql = "delete from payments where id = 1";
    assertThat(
            differences(
                sql,
                "alter table payments add unique (id, taken);"
                    + " create table refunds (id int, taken date,"
                    + " foreign key (id, taken) references payments (id, taken)"
                    + " on delete cascade)"))
        .anyMatch(subject -> subject.startsWith("foreign key public.refunds."));
    assertThat(fixture.resolve(sql).tables()).contains("public.refunds");
  }

  @Test
  void definitionThatCouldStandInIsSeenAtOnce() throws SQLException {
    String sql = "select upper(note), status from orders where id % 2 = 0";
    assertThat(
            differences(
                sql, "create function upper(int) returns text language sql as 'select null::text'"))
        .containsExactly("function upper");
    assertThat(fixture.resolve(sql).objections()).hasSize(1);
    assertThat(differences(sql, "drop function upper(int)")).containsExactly("function upper");
    fixture.sql("create function steal(int, int) returns int language sql as 'select 1'");
    assertThat(
            differences(
                sql, "create operator public.% (leftarg = int, rightarg = int, function = steal)"))
        .containsExactly("operator %");
    assertThat(
            differences(
                "select o.stolen from orders o",
                "create function stolen(orders) returns int language sql as 'select 1'"))
        .isEmpty();
    assertThat(fixture.resolve("select o.stolen from orders o").objections())
        .containsExactly("the name `stolen` behind a dot may call a function");
    fixture.sql("create function told(status) returns text language sql as 'select null::text'");
    fixture.resolve(sql);
    fixture.sql("create cast (status as text) with function told(status) as implicit");
    assertThat(fixture.resolve(sql).objections())
        .anyMatch(objection -> objection.startsWith("a cast from"));
  }

  @Test
  void typeThatWasVouchedForIsPartOfWhatWasJudged() throws SQLException {
    fixture.sql("create domain small as int");
    assertThat(differences("select 5::small", "alter domain small add check (value > 1)"))
        .containsExactly("type public.small");
    assertThat(fixture.resolve("select 5::small").objections()).hasSize(1);
  }

  @Test
  void partitionThatIsAddedIsSeenAtOnce() throws SQLException {
    assertThat(
            differences(
                "select id from payments",
                "create table payments_2027 partition of payments for values"
                    + " from ('2027-01-01') to ('2028-01-01')"))
        .containsExactly("table public.payments_2027");
  }
}
