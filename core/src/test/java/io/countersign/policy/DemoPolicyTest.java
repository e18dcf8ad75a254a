package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Verdict.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The policy at the repository root decides as the documents promise. */
class DemoPolicyTest {
  private static final Path FILE = Path.of("..", "policy.yml");
  private static final Map<String, Integer> NOBODY = Map.of();
  private static final Map<String, Integer> DBA = Map.of("dba", 1);
  private static final Map<String, Integer> BOTH = Map.of("dba", 1, "security", 1);

  static Stream<Arguments> verdicts() {
    return Stream.of(
        row("read", SampleFacts.of("read"), Outcome.ALLOW, NOBODY),
        row("tagged read", SampleFacts.of("read").tagged("pii"), Outcome.ALLOW, NOBODY),
        row("unseen read", SampleFacts.of("read").notInspectable(), Outcome.REFUSE, NOBODY),
        row("write", SampleFacts.of("write"), Outcome.REVIEW, DBA),
        row("payment", SampleFacts.of("write").on("public.payments"), Outcome.REVIEW, BOTH),
        row("bare payment", SampleFacts.of("write").on("o", "payments"), Outcome.REVIEW, BOTH),
        row("no payment", SampleFacts.of("write").on("public.repayments"), Outcome.REVIEW, DBA),
        row("no where", SampleFacts.of("write").unbounded(), Outcome.REVIEW, BOTH),
        row("unseen write", SampleFacts.of("write").notInspectable(), Outcome.REFUSE, NOBODY),
        row("export", SampleFacts.of("export"), Outcome.REVIEW, DBA),
        row("tagged export", SampleFacts.of("export").tagged("pii"), Outcome.REVIEW, BOTH),
        row("role without an end", SampleFacts.of("role"), Outcome.REFUSE, NOBODY),
        row("ddl", SampleFacts.of("ddl"), Outcome.REVIEW, Map.of("dba", 2)),
        row("admin", SampleFacts.of("admin"), Outcome.REFUSE, NOBODY),
        row("unknown", SampleFacts.of("unknown"), Outcome.REFUSE, NOBODY),
        row("new class", SampleFacts.of("teleport"), Outcome.REFUSE, NOBODY));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("verdicts")
  void demoDecidesAsPromised(
      String name, SampleFacts facts, Outcome outcome, Map<String, Integer> seats)
      throws PolicyException {
    Verdict verdict = PolicyFile.open(FILE).current().judge(facts.facts(), SampleFacts.CALM);

    assertThat(verdict.outcome()).isEqualTo(outcome);
    List<SortedMap<String, Integer>> expected =
        seats.isEmpty() ? List.of() : List.of(new TreeMap<>(seats));
    assertThat(verdict.requirement().alternatives()).isEqualTo(expected);
    assertThat(verdict.because() == null).isEqualTo(outcome != Outcome.REFUSE);
  }

  @ParameterizedTest
  @CsvSource({"PT1H,REVIEW", "PT61M,REFUSE", ",REFUSE"})
  void rolesAreGrantedForAtMostAnHour(@Nullable Duration duration, Outcome outcome)
      throws PolicyException {
    Facts.Grant grant = new Facts.Grant("reporting", List.of(), duration);
    Verdict verdict =
        PolicyFile.open(FILE).current().judge(GrantFactsTest.granting(grant), SampleFacts.CALM);
    assertThat(verdict.outcome()).isEqualTo(outcome);
  }

  @Test
  void grantWithoutAnEndIsRefusedWithAdvice() throws PolicyException {
    Verdict verdict =
        PolicyFile.open(FILE).current().judge(SampleFacts.of("role").facts(), SampleFacts.CALM);
    assertThat(verdict.because()).contains("grant_role", "duration");
  }

  @Test
  void writesWaitAnHourAndTellSecurityHalfWay() throws PolicyException {
    Verdict verdict =
        PolicyFile.open(FILE).current().judge(SampleFacts.of("write").facts(), SampleFacts.CALM);

    assertThat(verdict.pendingFor()).isEqualTo(Duration.ofHours(1));
    assertThat(verdict.approvedFor()).isEqualTo(Duration.ofMinutes(10));
    assertThat(verdict.remindAfter())
        .containsExactly(Duration.ofMinutes(10), Duration.ofMinutes(30));
    assertThat(verdict.escalations())
        .containsExactly(
            new Verdict.Escalation(Duration.ofMinutes(30), List.of("security"), List.of()));
  }

  private static Arguments row(
      String name, SampleFacts facts, Outcome outcome, Map<String, Integer> seats) {
    return Arguments.of(name, facts, outcome, seats);
  }
}
