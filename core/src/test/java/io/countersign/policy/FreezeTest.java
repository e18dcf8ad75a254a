package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Explanation.ActiveFreeze;
import io.countersign.policy.Verdict.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times in which even what is allowed waits for people (R10). */
class FreezeTest {
  private static final Facts READ = SampleFacts.of("read").facts();
  private static final Facts WRITE = SampleFacts.of("write").facts();
  private static final String ALLOW = "rules: [{name: ok, when: true, then: allow}]\n";
  private static final String BERLIN = "zone: Europe/Berlin}";
  private static final Instant IN_IT = Instant.parse("2026-12-24T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    // Winter time: 18:00 in Berlin is 17:00Z; half open.
    "2026-12-19T16:59:59.999Z,",
    "2026-12-19T17:00:00Z, 2027-01-02T05:00:00Z",
    "2027-01-02T04:59:59.999Z, 2027-01-02T05:00:00Z",
    "2027-01-02T05:00:00Z,"
  })
  void datesAreHalfOpen(Instant now, @Nullable Instant until) throws PolicyException {
    assertFrozen("from: 2026-12-19T18:00, to: 2027-01-02T06:00", now, until);
  }

  @ParameterizedTest
  @CsvSource({
    // Summer time: 22:00 in Berlin is 20:00Z, 06:00 is 04:00Z.
    "2026-06-01T19:59:59Z,",
    "2026-06-01T20:00:00Z, 2026-06-02T04:00:00Z",
    "2026-06-01T22:30:00Z, 2026-06-02T04:00:00Z",
    "2026-06-02T03:59:59Z, 2026-06-02T04:00:00Z",
    "2026-06-02T04:00:00Z,",
    "2026-06-02T12:00:00Z,"
  })
  void nightsGoOverMidnight(Instant now, @Nullable Instant until) throws PolicyException {
    assertFrozen("from: 22:00, to: 06:00", now, until);
  }

  @ParameterizedTest
  @CsvSource({
    // 2026-06-05 is a Friday.
    "2026-06-04T21:00:00Z,",
    "2026-06-05T20:00:00Z, 2026-06-06T04:00:00Z",
    "2026-06-06T03:00:00Z, 2026-06-06T04:00:00Z",
    "2026-06-06T21:00:00Z,",
    "2026-06-05T03:00:00Z,"
  })
  void dayIsTheOneOnWhichItStarts(Instant now, @Nullable Instant until) throws PolicyException {
    assertFrozen("from: 22:00, to: 06:00, days: [fri]", now, until);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-06-05T21:59:59Z,",
    "2026-06-05T22:00:00Z, 2026-06-06T22:00:00Z",
    "2026-06-06T22:00:00Z, 2026-06-07T22:00:00Z",
    "2026-06-07T22:00:00Z,"
  })
  void sameTimesAreAWholeDay(Instant now, @Nullable Instant until) throws PolicyException {
    assertFrozen("from: 00:00, to: 00:00, days: [sat, sun]", now, until);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-06-01T06:59:59Z,",
    "2026-06-01T07:00:00Z, 2026-06-01T15:00:00Z",
    "2026-06-01T15:00:00Z,"
  })
  void hoursOfADayEndOnIt(Instant now, @Nullable Instant until) throws PolicyException {
    assertFrozen("from: 09:00, to: 17:00, days: [mon]", now, until);
  }

  @ParameterizedTest
  @CsvSource({
    // 2026-03-29: clocks in Berlin jump from 02:00 to 03:00 at 01:00Z.
    "01:30, 02:30, 2026-03-29T00:29:59Z,",
    "01:30, 02:30, 2026-03-29T00:30:00Z, 2026-03-29T01:00:00Z",
    "01:30, 02:30, 2026-03-29T01:00:00Z,",
    "02:30, 04:00, 2026-03-29T00:59:59Z,",
    "02:30, 04:00, 2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z",
    "02:30, 04:00, 2026-03-29T01:59:59Z, 2026-03-29T02:00:00Z",
    "02:10, 02:50, 2026-03-29T01:00:00Z,",
    "22:00, 06:00, 2026-03-28T21:00:00Z, 2026-03-29T04:00:00Z",
    "22:00, 06:00, 2026-03-29T03:59:59Z, 2026-03-29T04:00:00Z",
    "22:00, 06:00, 2026-03-29T04:00:00Z,"
  })
  void nightOfTheLostHour(String from, String to, Instant now, @Nullable Instant until)
      throws PolicyException {
    assertFrozen("from: %s, to: %s".formatted(from, to), now, until);
  }

  @ParameterizedTest
  @CsvSource({
    // 2026-10-25: clocks in Berlin go back from 03:00 to 02:00 at 01:00Z.
    "02:30, 04:00, 2026-10-25T00:29:59Z,",
    "02:30, 04:00, 2026-10-25T00:30:00Z, 2026-10-25T03:00:00Z",
    "02:30, 04:00, 2026-10-25T01:10:00Z, 2026-10-25T03:00:00Z",
    "01:00, 02:30, 2026-10-25T00:45:00Z, 2026-10-25T01:30:00Z",
    "01:00, 02:30, 2026-10-25T01:29:59Z, 2026-10-25T01:30:00Z",
    "01:00, 02:30, 2026-10-25T01:30:00Z,",
    "22:00, 06:00, 2026-10-24T20:00:00Z, 2026-10-25T05:00:00Z",
    "22:00, 06:00, 2026-10-25T04:59:59Z, 2026-10-25T05:00:00Z",
    "22:00, 06:00, 2026-10-25T05:00:00Z,"
  })
  void nightOfTheRepeatedHour(String from, String to, Instant now, @Nullable Instant until)
      throws PolicyException {
    assertFrozen("from: %s, to: %s".formatted(from, to), now, until);
  }

  @Test
  void datesInTheLostAndTheRepeatedHour() throws PolicyException {
    String spring = "from: 2026-03-29T02:15, to: 2026-03-29T02:45";
    assertFrozen(spring, Instant.parse("2026-03-29T01:00:00Z"), null);
    assertFrozen(spring, Instant.parse("2026-03-29T01:30:00Z"), null);
    String autumn = "from: 2026-10-25T02:15, to: 2026-10-25T02:45";
    Instant end = Instant.parse("2026-10-25T01:45:00Z");
    assertFrozen(autumn, Instant.parse("2026-10-25T00:15:00Z"), end);
    assertFrozen(autumn, Instant.parse("2026-10-25T01:44:59Z"), end);
    assertFrozen(autumn, end, null);
  }

  @Test
  void whatNobodyCanPassIsRefusedUntilItEnds() throws PolicyException {
    Verdict verdict = frozen(ALLOW, "").judge(WRITE, at(IN_IT));

    assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(verdict.because()).isEqualTo("frozen by year-end until 2027-01-02T05:00:00Z");
    assertThat(verdict.rules()).containsExactly("ok", "freeze:year-end");
  }

  @Test
  void allowedActionNeedsTheSeatsOfTheFreeze() throws PolicyException {
    Verdict verdict = frozen(ALLOW, ", unless: {dba: 1, security: 1}").judge(WRITE, at(IN_IT));

    assertThat(verdict.outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(verdict.requirement().alternatives())
        .containsExactly(new TreeMap<>(Map.of("dba", 1, "security", 1)));
    assertThat(verdict.rules()).containsExactly("ok", "freeze:year-end");
    assertThat(verdict.because()).isNull();
  }

  @Test
  void reviewedActionNeedsBoth() throws PolicyException {
    String rules =
        "rules: [{name: w, when: true, then: review, deny: 3, approvals: [{owners: 2}],"
            + " channels: {slack: hidden_values},"
            + " escalate: [{after: 5m, notify: [dba], approvals: [{dba: 2}]}]}]\n";
    Verdict verdict = frozen(rules, ", unless: [{dba: 1}, {security: 2}]").judge(WRITE, at(IN_IT));

    assertThat(verdict.requirement().alternatives())
        .containsExactly(
            new TreeMap<>(Map.of("owners", 2, "dba", 1)),
            new TreeMap<>(Map.of("owners", 2, "security", 2)));
    assertThat(verdict.escalations().getFirst().alternatives())
        .containsExactly(
            new TreeMap<>(Map.of("dba", 2)), new TreeMap<>(Map.of("dba", 2, "security", 2)));
    assertThat(verdict.deny()).isEqualTo(1);
    assertThat(verdict.channels().get("slack"))
        .isEqualTo(new Verdict.ChannelRule(false, false, null));
  }

  @Test
  void refusedActionStaysRefused() throws PolicyException {
    String refuse = "rules: [{name: x, when: true, then: refuse, because: never}]\n";

    assertThat(frozen(refuse, ", unless: {dba: 1}").judge(WRITE, at(IN_IT)).because())
        .isEqualTo("never");
    assertThat(frozen(refuse, "").judge(WRITE, at(IN_IT)).because())
        .isEqualTo("never; frozen by year-end until 2027-01-02T05:00:00Z");
  }

  @Test
  void freezeCoversNothingByItself() throws PolicyException {
    Policy policy =
        frozen("rules: [{name: a, when: false, then: allow}]\n", ", unless: {owners: 1}");

    assertThat(policy.judge(WRITE, at(IN_IT)).because()).isEqualTo("no rule covers this action");
    assertThat(policy.judge(READ, at(IN_IT)).requirement().alternatives())
        .containsExactly(
            new TreeMap<>(Map.of("dba", 1, "owners", 1)),
            new TreeMap<>(Map.of("owners", 1, "security", 1)));
    assertThat(policy.judge(READ, at(IN_IT)).rules()).containsExactly("freeze:year-end");
  }

  @Test
  void conditionNarrowsIt() throws PolicyException {
    Policy policy = frozen(ALLOW, ", when: 'sql.class != \"read\"', unless: {dba: 1}");

    assertThat(policy.judge(READ, at(IN_IT)).outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(policy.judge(READ, at(IN_IT)).rules()).containsExactly("ok");
    assertThat(policy.judge(WRITE, at(IN_IT)).outcome()).isEqualTo(Outcome.REVIEW);
  }

  @Test
  void conditionThatFailsHolds() throws PolicyException {
    Policy policy = frozen(ALLOW, ", when: sql.estimated_rows > 9");

    assertThat(policy.judge(WRITE, at(IN_IT)).outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(policy.explain(WRITE, at(IN_IT)).freezes())
        .extracting(ActiveFreeze::failed)
        .containsExactly(true);
    assertThat(policy.judge(SampleFacts.of("write").estimated(9).facts(), at(IN_IT)).outcome())
        .isEqualTo(Outcome.ALLOW);
  }

  @Test
  void severalFreezesAskTogether() throws PolicyException {
    Policy policy =
        SamplePolicy.parse(
            ALLOW
                + "freezes:\n- {name: a, from: 00:00, to: 00:00, zone: UTC, unless: {dba: 2}}\n"
                + "- {name: b, from: 00:00, to: 00:00, zone: UTC, unless: {security: 1}}\n");

    assertThat(policy.judge(READ, at(IN_IT)).requirement().alternatives())
        .containsExactly(new TreeMap<>(Map.of("dba", 2, "security", 1)));
    assertThat(policy.explain(READ, at(IN_IT)).freezes())
        .extracting(ActiveFreeze::name, ActiveFreeze::line, ActiveFreeze::failed)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a", 8, false),
            org.assertj.core.groups.Tuple.tuple("b", 9, false));
  }

  private static void assertFrozen(String span, Instant now, @Nullable Instant until)
      throws PolicyException {
    Policy policy =
        SamplePolicy.parse(ALLOW + "freezes: [{name: f, %s, %s]\n".formatted(span, BERLIN));
    assertThat(policy.explain(READ, at(now)).freezes())
        .extracting(ActiveFreeze::until)
        .isEqualTo(until == null ? List.of() : List.of(until));
    assertThat(policy.judge(READ, at(now)).outcome())
        .isEqualTo(until == null ? Outcome.ALLOW : Outcome.REFUSE);
  }

  private static Policy frozen(String rules, String more) throws PolicyException {
    return SamplePolicy.parse(
        rules
            + "freezes:\n- {name: year-end, from: 2026-12-19T18:00, to: 2027-01-02T06:00%s, %s\n"
                .formatted(more, BERLIN));
  }

  private static Circumstances at(Instant now) {
    return new Circumstances(now, Spending.NONE);
  }
}
