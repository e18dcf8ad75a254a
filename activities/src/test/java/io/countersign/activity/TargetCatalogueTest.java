package io.countersign.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Statement;
import io.countersign.sql.Analysis;
import io.countersign.sql.Reversible;
import io.countersign.sql.StatementClass;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TargetCatalogueTest {
  private ExecutionFixture fixture;
  private TargetCatalogue catalogue;

  @BeforeAll
  void open() throws Exception {
    fixture = new ExecutionFixture();
    catalogue = new TargetCatalogue(fixture.target);
    fixture.sql(
        """
        create function public.lower(int) returns text language sql as 'select null::text';
        create domain public.money2 as numeric;
        create type public.date as (y int);
        create function steal(int, int) returns boolean language sql as 'select true';
        create operator public.<@ (leftarg = int, rightarg = int, function = steal);
        create table ruled (id int);
        create rule steal as on update to ruled do instead nothing;
        """);
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  private static Analysis analysis(
      StatementClass type,
      List<String> tables,
      List<String> functions,
      List<String> operators,
      List<String> types) {
    return new Analysis(
        type,
        1,
        "Do",
        tables,
        List.of(),
        false,
        functions,
        operators,
        types,
        false,
        Reversible.UNKNOWN,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private List<String> objections(String table) {
    return catalogue.objections(
        analysis(StatementClass.READ, List.of(table), List.of(), List.of(), List.of()));
  }

  @Test
  void ordinaryNamesMeetNoObjection() {
    assertThat(
            catalogue.objections(
                analysis(
                    StatementClass.READ,
                    List.of("orders", "public.customers", "payments", "payments_2026"),
                    List.of("upper", "pg_catalog.count"),
                    List.of("=", "+"),
                    List.of("int4", "pg_catalog.text"))))
        .isEmpty();
  }

  @Test
  void whatIsNoPlainTableIsAnObjection() {
    assertThat(objections("customer_mail"))
        .containsExactly("the view `customer_mail` is not looked into yet");
    assertThat(objections("nowhere")).singleElement().asString().contains("no table `nowhere`");
    assertThat(objections("other.orders")).singleElement().asString().contains("no table");
    assertThat(objections("pg_stats")).singleElement().asString().contains("view");
    assertThat(objections("ruled")).containsExactly("the table `ruled` has rewrite rules");
    assertThat(objections("countersign.execution"))
        .containsExactly("the table `countersign.execution` is countersign's own");
    assertThat(objections("o`rders")).singleElement().asString().contains("`o'rders`");
  }

  @Test
  void whatCouldStandInForABuiltInIsAnObjection() {
    assertThat(
            catalogue.objections(
                analysis(
                    StatementClass.READ,
                    List.of("orders"),
                    List.of("lower"),
                    List.of("<@"),
                    List.of("date"))))
        .containsExactly(
            "the function `lower` has another definition beside the built-in one",
            "the operator `<@` has another definition beside the built-in one",
            "the type `date` has another definition beside the built-in one");
  }

  @Test
  void estimateComesFromThePlanAndChangesNothing() throws Exception {
    Analysis read =
        analysis(StatementClass.READ, List.of("orders"), List.of(), List.of("="), List.of());
    fixture.sql("analyze orders");
    assertThat(
            catalogue.estimate(
                new Statement("select * from orders where id = $1", List.of("7")), read))
        .isEqualTo(1);
    assertThat(catalogue.estimate(new Statement("select * from orders", List.of()), read))
        .isEqualTo(100);
    Analysis write =
        analysis(StatementClass.WRITE, List.of("orders"), List.of(), List.of(), List.of());
    assertThat(catalogue.estimate(new Statement("delete from orders", List.of()), write))
        .isEqualTo(100);
    assertThat(fixture.count("select count(*) from orders")).isEqualTo(100);
    assertThat(catalogue.estimate(new Statement("select broken from", List.of()), read)).isNull();
    assertThat(catalogue.estimate(new Statement("select 1; delete from orders", List.of()), read))
        .isNull();
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
    TargetCatalogue blind =
        new TargetCatalogue(new TargetDatabase("gone", gone, TargetDatabase.Settings.DEFAULT));
    assertThat(
            blind.objections(
                analysis(StatementClass.READ, List.of(), List.of(), List.of(), List.of())))
        .containsExactly("the target's catalogue could not be read");
  }
}
