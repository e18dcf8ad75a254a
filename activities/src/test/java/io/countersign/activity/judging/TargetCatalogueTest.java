package io.countersign.activity.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.activity.targets.TargetConfig;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.sql.Analysis;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementClass;
import io.countersign.sql.TagMatch;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class TargetCatalogueTest {
  private CatalogueFixture fixture;

  /** An administrator's login to an empty database. */
  protected DatabaseConfig emptyDatabase() {
    return TestDatabase.emptyDatabase("target_catalogue");
  }

  @BeforeAll
  void open() throws SQLException {
    fixture = new CatalogueFixture(emptyDatabase());
    fixture.sql(
        """
        create function public.lower(int) returns text language sql as 'select null::text';
        create function elsewhere.upper(text) returns text language sql as 'select null::text';
        create domain public.money2 as numeric;
        create domain public.positive as numeric check (value > 0);
        create type public.date as (y int);
        create type public.place as (street text, town public.status);
        create type public.odd as (x regclass);
        create function steal(int, int) returns boolean language sql as 'select true';
        create operator public.<@ (leftarg = int, rightarg = int, function = steal);
        create type public.spot as (x int, y int);
        create function same(public.spot, public.spot) returns boolean
          language sql as 'select true';
        create operator public.= (leftarg = public.spot, rightarg = public.spot,
          function = same);
        create table spots (id int, at public.spot);
        create table homes (id int, at public.place);
        create table ruled (id int);
        create rule steal as on update to ruled do instead nothing;
        create function secret(public.customers) returns text language sql as 'select $1.email';
        create function loud(text) returns text language sql as 'select $1';
        create view loud_view as select loud(name) from customers;
        create view system_view as select relname from pg_catalog.pg_class;
        create view shouting as select upper(email) as up from customers;
        create recursive view numbers (n) as values (1) union all select n + 1 from numbers
          where n < 9;
        create view typed as select id from orders where status = 'paid'::status;
        create table "public.orders" (id int, email text);
        create table child (extra text) inherits (customers);
        """);
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  private List<String> objections(String sql) {
    return fixture.resolve(sql).objections();
  }

  private List<String> tags(String sql) {
    Analysis walked = fixture.analyser.analyse(sql);
    Resolution resolution = fixture.catalogue.resolve(walked);
    return TagMatch.tagsTouched(
        walked.settledBy(resolution), resolution, fixture.catalogue.target());
  }

  private void assertRead(String sql) {
    Analysis settled = fixture.settled(sql);
    assertThat(settled.uninspectable()).as(sql).isEmpty();
    assertThat(settled.statementClass()).as(sql).isEqualTo(StatementClass.READ);
  }

  @Test
  void ordinaryReadsMeetNoObjection() {
    assertRead("select upper(name), count(*) from public.customers group by 1");
    assertRead("select o.id, c.name from orders o join customers c on c.id = o.customer_id");
    assertRead("select s.count from (select customer_id, count(*) from orders group by 1) s");
    assertRead("with w as (select id from orders) select w.id from w where id in (1, 2)");
    assertRead("select cast('2026-01-01' as date)");
    assertRead("select h.at from homes h where id between 1 and 2");
  }

  @Test
  void viewsAreReadByTheirDefinition() {
    Resolution resolution = fixture.resolve("select address from mail_of_mail");
    assertThat(resolution.objections()).isEmpty();
    assertThat(resolution.tables())
        .containsExactly(
            "public.child", "public.customer_mail", "public.customers", "public.mail_of_mail");
    assertThat(resolution.columns())
        .contains("public.customers.email", "public.mail_of_mail.address")
        .doesNotContain("public.customers.name");
    assertThat(resolution.ways())
        .containsEntry("public.customers", "through the view `public.customer_mail`")
        .containsEntry("public.mail_of_mail", "named");
    assertThat(tags("select id from customer_mail")).containsExactly("email", "pii");
    assertThat(tags("select sum from totals")).containsExactly("email", "pii");
    assertRead("select n from numbers");
    assertRead("select id from typed");
    assertRead("select up from shouting");
  }

  @Test
  void viewThatIsMoreThanAReadIsAnObjection() {
    assertThat(objections("select * from loud_view"))
        .contains("the view `public.loud_view`: calls the function `public.loud`");
    assertThat(objections("select * from system_view"))
        .singleElement()
        .asString()
        .startsWith("the view `public.system_view`: a relation of the system catalogue");
  }

  @Test
  void whatIsNoPlainTableIsAnObjection() {
    assertThat(objections("select * from nowhere"))
        .containsExactly("there is no table `nowhere` that the search path finds");
    assertThat(objections("select * from other.orders"))
        .singleElement()
        .asString()
        .contains("no table");
    assertThat(objections("update ruled set id = 1"))
        .containsExactly("`public.ruled` has rewrite rules");
    assertThat(objections("select * from \"o`rders\""))
        .singleElement()
        .asString()
        .contains("`o'rders`");
  }

  @Test
  void quotedDotIsPartOfTheName() {
    Resolution resolution = fixture.resolve("select id from \"public.orders\"");
    assertThat(resolution.tables()).containsExactly("public.\"public.orders\"");
  }

  @Test
  void whatCouldStandInForABuiltInIsAnObjection() {
    assertThat(objections("select lower(note) from orders where id <@ 5"))
        .containsExactly(
            "the function `lower` has another definition beside the built-in one",
            "the operator `<@` has another definition beside the built-in one");
    assertThat(objections("select pg_catalog.lower(note) from orders")).isEmpty();
  }

  @Test
  void definitionsInSchemasNobodyLooksInDoNotMatter() {
    assertRead("select upper(name) from customers");
  }

  @Test
  void operatorOfAUsersTypeMattersOnlyWhereTheTypeOccurs() {
    assertRead("select id from orders where id = 1");
    assertRead("select id from spots where id = 1");
    assertThat(objections("select id from spots where at = at"))
        .containsExactly("the operator `=` has another definition beside the built-in one");
  }

  @Test
  void harmlessTypesOfUsersAreVouchedFor() {
    assertRead("select id from orders where status = 'paid'::status");
    assertRead("select id from orders where status = any ('{paid}'::public.status[])");
    assertRead("select 5::money2");
    assertRead("select '(a,paid)'::place");
    assertThat(objections("select 5::positive"))
        .containsExactly("type `positive` is not known to be harmless");
    assertThat(objections("select null::odd")).hasSize(1);
    assertThat(objections("select null::nothing_known")).hasSize(1);
    assertThat(fixture.settled("select 5::positive").statementClass())
        .isEqualTo(StatementClass.UNKNOWN);
  }

  @Test
  void columnThatIsAFunctionCallIsAnObjection() {
    assertThat(objections("select c.secret from customers c"))
        .containsExactly("the name `secret` behind a dot may call a function");
    assertThat(objections("select (c.name).loud from customers c"))
        .containsExactly("the name `loud` behind a dot may call a function");
    assertThat(objections("select (h.at).street from homes h")).isEmpty();
    assertThat(objections("select c.name from customers c, orders o")).isEmpty();
  }

  @Test
  void builtInFunctionOfAWholeRowReadsEveryColumn() {
    assertThat(tags("select c.row_to_json from customers c")).containsExactly("email", "pii");
    assertThat(tags("select c.name from customers c")).isEmpty();
    assertThat(tags("select c.ctid from customers c")).isEmpty();
  }

  @Test
  void columnsBelongToWhatTheirQualifierMeans() {
    assertThat(tags("select o.note, c.id from orders o join customers c on c.id = o.customer_id"))
        .isEmpty();
    assertThat(tags("select c.email from orders o join customers c on c.id = o.customer_id"))
        .containsExactly("email", "pii");
    assertThat(tags("select o.* from orders o join customers c on c.id = o.customer_id")).isEmpty();
    assertThat(tags("select c.* from orders o join customers c on c.id = o.customer_id"))
        .containsExactly("email", "pii");
    assertThat(tags("select c from customers c")).containsExactly("email", "pii");
  }

  @Test
  void renamedColumnsKeepTheirTags() {
    assertThat(tags("select b || '' from customers as c (a, n, b)"))
        .containsExactly("email", "pii");
    assertThat(tags("select j.email from (orders o join customers c on true) as j"))
        .containsExactly("email", "pii");
    assertThat(tags("select s.x from (select email from customers) s (x)"))
        .containsExactly("email", "pii");
    assertThat(tags("update customers set name = '' where id = 1 returning old"))
        .containsExactly("email", "pii");
  }

  @Test
  void partitionsCountAsTheirTableAndTheOtherWayRound() {
    assertThat(tags("select id from payments_2026")).containsExactly("pci");
    assertThat(fixture.resolve("select id from payments").tables())
        .containsExactly("public.payments", "public.payments_2026");
    assertThat(tags("select email from child")).containsExactly("email", "pii");
  }

  @Test
  void cascadesReachWhatRefersToTheRows() {
    Resolution delete = fixture.resolve("delete from customers where id = 1");
    assertThat(delete.tables()).contains("public.orders", "public.lines");
    assertThat(delete.effects())
        .anyMatch(effect -> effect.endsWith("deletes rows of `public.orders` too"))
        .anyMatch(effect -> effect.endsWith("changes rows of `public.lines` too"));
    assertThat(delete.columns())
        .contains("public.lines.order_id")
        .doesNotContain("public.lines.id");
    assertThat(fixture.resolve("update customers set name = 'x' where id = 1").tables())
        .doesNotContain("public.orders");
    assertThat(fixture.resolve("truncate customers cascade").tables()).contains("public.lines");
    assertThat(fixture.resolve("delete from customer_mail where id = 1").tables())
        .contains("public.orders");
  }

  @Test
  void targetThatDoesNotAnswerIsAnObjection() {
    TargetConfig gone =
        new TargetConfig(
            "jdbc:postgresql://127.0.0.1:1/none",
            null,
            null,
            fixture.config.credentials(),
            null,
            null,
            null);
    TargetDatabase database = new TargetDatabase("gone", gone, TargetDatabase.Settings.DEFAULT);
    try (TargetCatalogue blind = new TargetCatalogue(database, fixture.analyser)) {
      assertThat(blind.resolve(fixture.analyser.analyse("select 1")).objections())
          .containsExactly("the target's catalogue could not be read");
    }
  }
}
