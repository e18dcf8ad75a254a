package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Explanation.MatchedRule;
import io.countersign.policy.Spending.Spent;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a rule allows without a person comes to an end (R12). */
class BudgetTest {
  private static final String ALL =
      "- {name: reads, when: true, then: allow,"
          + " budget: {per: agent, window: 1h, actions: 3, rows: 100, bytes: 1KiB}}";
  private static final Facts READ = SampleFacts.of("read").facts();
  private static final Facts WRITE = SampleFacts.of("write").facts();

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, ALLOW, 100, 1024",
    "2, 99, 1023, ALLOW, 1, 1",
    "3, 0, 0, REVIEW, 100, 1024",
    "4, 0, 0, REVIEW, 100, 1024",
    "0, 100, 0, REVIEW, 0, 1024",
    "0, 101, 0, REVIEW, 0, 1024",
    "0, 0, 1024, REVIEW, 100, 0",
    "0, 0, 9999999999, REVIEW, 100, 0"
  })
  void allowsUntilAnyPartOfItIsUsedUp(
      long actions, long rows, long bytes, Outcome outcome, int maxRows, long maxBytes)
      throws PolicyException {
    Verdict verdict =
        SamplePolicy.of(ALL)
            .judge(READ, after((window, tables) -> new Spent(actions, rows, bytes)));

    assertThat(verdict.outcome()).isEqualTo(outcome);
    if (outcome == Outcome.ALLOW) {
      assertThat(verdict.maxRows()).isEqualTo(maxRows);
      assertThat(verdict.maxBytes()).isEqualTo(maxBytes);
    } else {
      // People decide beyond it, with the limits that the request and the rule have.
      assertThat(verdict.maxRows()).isNull();
      assertThat(verdict.maxBytes()).isNull();
      assertThat(verdict.requirement().alternatives())
          .containsExactly(new TreeMap<>(Map.of("dba", 1)), new TreeMap<>(Map.of("security", 1)));
      assertThat(verdict.rules()).containsExactly("reads");
    }
  }

  @Test
  void usedUpBudgetOfAWriteIsRefusedWithoutNumbers() throws PolicyException {
    Verdict verdict = SamplePolicy.of(ALL).judge(WRITE, after((w, t) -> new Spent(3, 0, 0)));

    assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(verdict.because())
        .isEqualTo("the budget of rule `reads` for its window of 1h is used up");
    assertThat(verdict.rules()).containsExactly("reads");
  }

  @Test
  void budgetMayNameWhoReviewsBeyondIt() throws PolicyException {
    Policy policy =
        SamplePolicy.of(
            "- {name: a, when: true, then: allow, limits: {max_rows: 7, mask: [pii]}, budget:"
                + " {per: agent, window: 1d, actions: 1, approvals: [{dba: 2}, {security: 1}]}}");

    for (Facts facts : List.of(READ, WRITE)) {
      assertThat(policy.judge(facts, SampleFacts.CALM).outcome()).isEqualTo(Outcome.ALLOW);
      Verdict verdict = policy.judge(facts, after((w, t) -> new Spent(1, 0, 0)));
      assertThat(verdict.outcome()).isEqualTo(Outcome.REVIEW);
      assertThat(verdict.requirement().alternatives())
          .containsExactly(new TreeMap<>(Map.of("dba", 2)), new TreeMap<>(Map.of("security", 1)));
      assertThat(verdict.deny()).isEqualTo(1);
      assertThat(verdict.maxRows()).isEqualTo(7);
      assertThat(verdict.mask()).containsExactly("pii");
    }
  }

  @Test
  void rowsLeftAndLimitsOfEveryRuleAreTheLeast() throws PolicyException {
    Policy policy =
        SamplePolicy.of(
            "- {name: a, when: true, then: allow, limits: {max_rows: 50, max_bytes: 2KiB},"
                + " budget: {per: agent, window: 1h, rows: 100, bytes: 1MiB}}",
            "- {name: b, when: true, then: allow,"
                + " budget: {per: agent, window: 2h, rows: 200, bytes: 2MiB}}");

    assertThat(policy.judge(READ, SampleFacts.CALM).maxRows()).isEqualTo(50);
    assertThat(policy.judge(READ, SampleFacts.CALM).maxBytes()).isEqualTo(2048);
    Spending twoWindows =
        (window, tables) ->
            window.equals(Duration.ofHours(2))
                ? new Spent(0, 180, 2 * 1024 * 1024 - 9)
                : new Spent(0, 60, 0);
    assertThat(policy.judge(READ, after(twoWindows)).maxRows()).isEqualTo(20);
    assertThat(policy.judge(READ, after(twoWindows)).maxBytes()).isEqualTo(9);
    Spending oneUsedUp =
        (window, tables) -> new Spent(0, window.equals(Duration.ofHours(2)) ? 200 : 0, 0);
    assertThat(policy.judge(READ, after(oneUsedUp)).outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(policy.judge(READ, after(oneUsedUp)).maxRows()).isEqualTo(50);
  }

  @Test
  void askedForWithTheWindowAndTheTablesTouched() throws PolicyException {
    Facts facts = SampleFacts.of("read").on("public.orders", "public.customers").facts();
    Spending perTable =
        new Spending() {
          @Override
          public Spent within(Duration window, Collection<String> tables) {
            assertThat(window).isEqualTo(Duration.ofHours(1));
            assertThat(tables).containsExactly("public.orders", "public.customers");
            return new Spent(0, 10, 0);
          }
        };

    assertThat(SamplePolicy.of(ALL).judge(facts, after(perTable)).maxRows()).isEqualTo(90);
  }

  @Test
  void budgetWithoutRowsSetsNoLimit() throws PolicyException {
    Verdict verdict =
        SamplePolicy.of(
                "- {name: a, when: true, then: allow,"
                    + " budget: {per: agent, window: 31d, actions: 2}}")
            .judge(READ, after((w, t) -> new Spent(1, 5_000_000_000L, 5_000_000_000L)));

    assertThat(verdict.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(verdict.maxRows()).isNull();
    assertThat(verdict.maxBytes()).isNull();
  }

  @Test
  void usedUpBudgetDoesNotOpenWhatCannotBeInspected() throws PolicyException {
    Policy policy =
        SamplePolicy.of(
            "- {name: a, when: true, then: allow,"
                + " budget: {per: agent, window: 1h, actions: 1, approvals: [{dba: 1}]}}");

    assertThat(
            policy
                .judge(
                    SampleFacts.of("read").notInspectable().facts(),
                    after((w, t) -> new Spent(1, 0, 0)))
                .because())
        .isEqualTo("a statement that cannot be inspected is not allowed without review");
  }

  @Test
  void explanationTellsThatItIsUsedUp() throws PolicyException {
    Policy policy = SamplePolicy.of(ALL);

    assertThat(policy.explain(READ, SampleFacts.CALM).rules())
        .containsExactly(new MatchedRule("reads", 7, Outcome.ALLOW, false, false));
    assertThat(policy.explain(READ, after((w, t) -> new Spent(3, 0, 0))).rules())
        .containsExactly(new MatchedRule("reads", 7, Outcome.ALLOW, false, true));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "65536, 65536", "1KiB, 1024", "10MiB, 10485760", "3GiB, 3221225472"})
  void sizesHaveBinaryUnits(String written, long bytes) throws PolicyException {
    assertThat(
            SamplePolicy.of(
                    "- {name: a, when: true, then: allow, limits: {max_bytes: %s}}"
                        .formatted(written))
                .judge(READ, SampleFacts.CALM)
                .maxBytes())
        .isEqualTo(bytes);
  }

  private static Circumstances after(Spending spending) {
    return new Circumstances(SampleFacts.CALM.now(), spending);
  }
}
