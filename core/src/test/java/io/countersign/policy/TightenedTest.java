package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Requirement;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The old verdict and the new one together: the stricter of both, and nothing looser (R9). */
class TightenedTest {
  private static final String ALLOW = "then: allow";
  private static final String DBA = "then: review, approvals: [{dba: 1}]";
  private static final String REFUSE = "then: refuse, because: never that";

  /** The verdict of a policy of one rule; the rule's name makes each policy another. */
  private static Verdict verdict(String name, String body) throws PolicyException {
    return SamplePolicy.of("- {name: %s, when: true, %s}".formatted(name, body))
        .judge(SampleFacts.of("write").facts(), SampleFacts.CALM);
  }

  private static Verdict tightened(String before, String now) throws PolicyException {
    return Tightened.of(verdict("old", before), verdict("new", now), 100, 1000);
  }

  private static Requirement seats(Map<String, Integer> seats) {
    return new Requirement(List.of(new TreeMap<>(seats)));
  }

  @Test
  void whatBecameLooserChangesNothing() throws Exception {
    for (String before :
        List.of(
            ALLOW,
            DBA + ", deny: 1, approved_for: 5m, limits: {max_rows: 10, max_bytes: 90, mask: [a]}",
            "then: review, approvals: [{dba: 2}], channels: {slack: deny_only}")) {
      Verdict old = verdict("old", before);
      assertThat(Tightened.of(old, verdict("new", ALLOW), 100, 1000)).isSameAs(old);
    }
    Verdict old = verdict("old", DBA + ", limits: {max_rows: 10, statement_timeout: 5s}");
    Verdict looser =
        verdict("new", DBA + ", approved_for: 1h, limits: {max_rows: 11, statement_timeout: 6s}");
    assertThat(Tightened.of(old, looser, 100, 1000)).isSameAs(old);
  }

  @Test
  void stricterOutcomeWinsAndTheNewPolicyIsNamed() throws Exception {
    Verdict asked = tightened(ALLOW, DBA);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(asked.requirement()).isEqualTo(seats(Map.of("dba", 1)));
    assertThat(asked.because()).isNull();
    assertThat(asked.rules()).containsExactly("old", "new");
    assertThat(asked.policyVersion()).isEqualTo(verdict("new", DBA).policyVersion());
    Verdict refused = tightened(DBA, REFUSE);
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(refused.because()).isEqualTo("never that");
    assertThat(refused.requirement()).isEqualTo(seats(Map.of("dba", 1)));
  }

  @Test
  void seatsAreThoseOfBothUnlessTheOldOnesSufficeAlready() throws Exception {
    String two = "then: review, approvals: [{dba: 2}]";
    assertThat(tightened(DBA, "then: review, approvals: [{security: 1}]").requirement())
        .isEqualTo(seats(Map.of("dba", 1, "security", 1)));
    assertThat(tightened(two, DBA + ", limits: {max_rows: 1}").requirement())
        .isEqualTo(seats(Map.of("dba", 2)));
    assertThat(tightened(two, DBA + ", limits: {max_rows: 1}").maxRows()).isEqualTo(1);
  }

  @Test
  void whatIsAskedNowIsAskedAndWhatWasAskedStays() throws Exception {
    String why = DBA + ", reason: {min_length: 5, ask: Why}";
    String whose = DBA + ", reason: {min_length: 5, ask: Whose}";
    String tighter = ", limits: {max_rows: 1}";
    assertThat(tightened(why, whose + tighter).ask()).isEqualTo("Whose");
    assertThat(tightened(why, DBA + tighter).ask()).isEqualTo("Why");
    assertThat(tightened(DBA, DBA).ask()).isNull();
  }

  @Test
  void tooManyCombinationsAreRefused() throws Exception {
    Verdict refused =
        tightened(
            "then: review, approvals: [%s]".formatted(alternatives("dba", "security")),
            "then: review, approvals: [%s]".formatted(alternatives("owners", "security")));
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(refused.because()).contains("too many combinations");
  }

  private static String alternatives(String one, String other) {
    return IntStream.rangeClosed(1, 9)
        .mapToObj(count -> "{%s: %d, %s: %d}".formatted(one, count, other, 10 - count))
        .collect(Collectors.joining(", "));
  }

  @Test
  void fewerDenialsAndShorterApprovalsAreStricter() throws Exception {
    assertThat(tightened(DBA + ", deny: 2", DBA + ", deny: 1").deny()).isEqualTo(1);
    assertThat(tightened(DBA + ", deny: 1", DBA + ", deny: 2, approved_for: 1m").deny())
        .isEqualTo(1);
    assertThat(tightened(ALLOW, DBA + ", deny: 3").deny()).isEqualTo(3);
    assertThat(tightened(DBA + ", approved_for: 5m", DBA + ", approved_for: 1m").approvedFor())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(tightened(DBA + ", approved_for: 1m", REFUSE).approvedFor())
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void deadlinesStayAsThePeopleAskedWereTold() throws Exception {
    String before = DBA + ", pending_for: 2h, remind_after: [20m]";
    String now = "then: review, approvals: [{security: 1}], pending_for: 1h, remind_after: [5m]";
    Verdict both = tightened(before, now);
    assertThat(both.pendingFor()).isEqualTo(Duration.ofHours(2));
    assertThat(both.remindAfter()).containsExactly(Duration.ofMinutes(20));
    Verdict first = tightened(ALLOW, now);
    assertThat(first.pendingFor()).isEqualTo(Duration.ofHours(1));
    assertThat(first.remindAfter()).containsExactly(Duration.ofMinutes(5));
  }

  @Test
  void limitsAreTheTighterOnesThatTheActionDoesNotKeepAnyway() throws Exception {
    String none = DBA;
    assertThat(tightened(none, none + ", limits: {max_rows: 99}").maxRows()).isEqualTo(99);
    assertThat(tightened(none, none + ", limits: {max_rows: 100, mask: [a]}").maxRows()).isNull();
    assertThat(tightened(none, none + ", limits: {max_bytes: 999}").maxBytes()).isEqualTo(999);
    assertThat(tightened(none, none + ", limits: {max_bytes: 1000, mask: [a]}").maxBytes())
        .isNull();
    String ten = DBA + ", limits: {max_rows: 10, max_bytes: 10, statement_timeout: 10s}";
    String five = DBA + ", limits: {max_rows: 5, max_bytes: 5, statement_timeout: 5s}";
    Verdict both = tightened(ten, five);
    assertThat(both.maxRows()).isEqualTo(5);
    assertThat(both.maxBytes()).isEqualTo(5);
    assertThat(both.statementTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(tightened(none, DBA + ", limits: {statement_timeout: 7s}").statementTimeout())
        .isEqualTo(Duration.ofSeconds(7));
    assertThat(tightened(five, DBA + ", limits: {mask: [a]}").statementTimeout())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void maskedTagsAddUp() throws Exception {
    assertThat(tightened(DBA + ", limits: {mask: [b]}", DBA + ", limits: {mask: [a, b]}").mask())
        .containsExactly("a", "b");
  }

  @Test
  void channelMayDoWhatBothLetIt() throws Exception {
    Verdict both =
        tightened(
            DBA + ", channels: {teams: hidden_values, console: {signed_in_within: 9m}}",
            DBA + ", channels: {slack: deny_only, console: {signed_in_within: 5m}}");
    assertThat(both.channels())
        .isEqualTo(
            Map.of(
                "slack", new ChannelRule(true, false, null),
                "teams", new ChannelRule(false, false, null),
                "console", new ChannelRule(false, false, Duration.ofMinutes(5))));
    assertThat(tightened(ALLOW, DBA + ", channels: {slack: deny_only}").channels())
        .isEqualTo(Map.of("slack", new ChannelRule(true, false, null)));
    Verdict hidden = verdict("old", DBA + ", channels: {slack: hidden_values}");
    assertThat(
            Tightened.of(
                hidden, verdict("new", DBA + ", channels: {slack: hidden_values}"), 100, 1000))
        .isSameAs(hidden);
    Verdict old = verdict("old", DBA);
    assertThat(
            Tightened.of(
                old, verdict("new", DBA + ", channels: {slack: hidden_values}"), 100, 1000))
        .isSameAs(old);
  }

  @Test
  void escalationDoesNotLeadPastTheNewSeats() throws Exception {
    String before =
        DBA + ", escalate: [{after: 30m, notify: [security], approvals: [{security: 1}]}]";
    Escalation asBefore =
        new Escalation(
            Duration.ofMinutes(30),
            List.of("security"),
            seats(Map.of("security", 1)).alternatives());
    assertThat(tightened(before, DBA + ", limits: {max_rows: 1}").escalations())
        .containsExactly(asBefore);
    assertThat(tightened(before, "then: review, approvals: [{owners: 1}]").escalations())
        .containsExactly(
            new Escalation(
                Duration.ofMinutes(30),
                List.of("security"),
                seats(Map.of("owners", 1, "security", 1)).alternatives()));
    assertThat(tightened(before, REFUSE).escalations()).containsExactly(asBefore);
  }
}
