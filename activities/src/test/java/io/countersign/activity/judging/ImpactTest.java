package io.countersign.activity.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Statement;
import io.countersign.activity.execution.ExecutionFixture;
import io.countersign.sql.Analysis;
import io.countersign.sql.ParserPool;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementAnalyser;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImpactTest {
  private static final ParserPool POOL = new ParserPool();
  private final StatementAnalyser analyser = new StatementAnalyser(POOL);
  private ExecutionFixture fixture;

  @BeforeAll
  void open() throws Exception {
    fixture = new ExecutionFixture();
    fixture.sql("analyze orders");
  }

  @AfterAll
  void close() {
    fixture.close();
  }

  private Optional<Impact> impact(String sql, String... params) {
    return Impact.of(fixture.target, new Statement(sql, List.of(params)), analyser.analyse(sql));
  }

  private static Resolution resolution(String... tables) {
    return new Resolution(List.of(tables), List.of(), List.of(), List.of(), new TreeMap<>());
  }

  @Test
  void estimateComesFromThePlanAndChangesNothing() throws Exception {
    assertThat(impact("select * from orders where id = $1", "7").orElseThrow().rows()).isEqualTo(1);
    assertThat(impact("select * from orders").orElseThrow().rows()).isEqualTo(100);
    assertThat(impact("delete from orders").orElseThrow().rows()).isEqualTo(100);
    assertThat(fixture.count("select count(*) from orders")).isEqualTo(100);
    assertThat(impact("select broken from nowhere")).isEmpty();
  }

  @Test
  void statementWithoutItsValuesHasNoEstimate() {
    assertThat(impact("select * from orders where id = $1")).isEmpty();
  }

  @Test
  void whatWasNotUnderstoodIsNotEvenPlanned() {
    assertThat(impact("select 1; delete from orders")).isEmpty();
    assertThat(impact("select pg_sleep(1)")).isEmpty();
    Analysis read = analyser.analyse("select * from orders");
    Analysis objected = read.settledBy(Resolution.objecting("no"));
    assertThat(
            Impact.of(fixture.target, new Statement("select * from orders", List.of()), objected))
        .isEmpty();
  }

  @Test
  void relationOfThePlanThatTheResolutionDoesNotKnowIsAnObjection() {
    Impact impact = impact("select id from customer_mail").orElseThrow();
    assertThat(impact.strangers(resolution("public.customer_mail")))
        .containsExactly("PostgreSQL's plan also touches `public.customers`");
    assertThat(impact.strangers(resolution("public.customer_mail", "public.customers"))).isEmpty();
  }
}
