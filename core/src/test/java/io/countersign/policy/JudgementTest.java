package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Escalation;
import io.countersign.policy.Verdict.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JudgementTest {
  private static final Facts READ = SampleFacts.of("read").facts();
  private static final Facts WRITE = SampleFacts.of("write").facts();

  @Test
  void refusalBeatsReviewBeatsAllowance() throws PolicyException {
    String allow = "- {name: a, when: true, then: allow}";
    String review = "- {name: b, when: true, then: review, approvals: [{dba: 1}]}";
    String refuse = "- {name: c, when: true, then: refuse, because: never}";

    assertThat(policy(allow).judge(WRITE, SampleFacts.CALM).outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(policy(review, allow).judge(WRITE, SampleFacts.CALM).outcome())
        .isEqualTo(Outcome.REVIEW);
    Verdict verdict = policy(allow, refuse, review).judge(WRITE, SampleFacts.CALM);
    assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(verdict.rules()).containsExactly("a", "c", "b");
    assertThat(verdict.because()).isEqualTo("never");
    assertThat(verdict.requirement().alternatives()).isEmpty();
  }

  @Test
  void refusalsAreAllTold() throws PolicyException {
    Verdict verdict =
        policy(
                "- {name: a, when: true, then: refuse, because: first}",
                "- {name: b, when: true, then: refuse}")
            .judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.because()).isEqualTo("first; refused by rule `b`");
  }

  @Test
  void seatsOfTwoRulesAreBothAsked() throws PolicyException {
    Verdict verdict =
        policy(
                "- {name: a, when: true, then: review, approvals: [{dba: 1}, {security: 2}]}",
                "- {name: b, when: true, then: review, approvals: [{dba: 2}]}")
            .judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.requirement().alternatives())
        .containsExactly(
            new TreeMap<>(Map.of("dba", 2)), new TreeMap<>(Map.of("dba", 2, "security", 2)));
  }

  @Test
  void tooManyCombinationsAreRefused() throws PolicyException {
    String nine =
        "- {name: %s, when: true, then: review, approvals: [{%2$s: 1}, {%2$s: 2}, {%2$s: 3},"
            + " {%2$s: 4}, {%2$s: 5}, {%2$s: 6}, {%2$s: 7}, {%2$s: 8}, {%2$s: 9}]}";
    Policy policy = policy(nine.formatted("a", "dba"), nine.formatted("b", "security"));

    Verdict verdict = policy.judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(verdict.because()).contains("too many combinations");
  }

  @Test
  void actionNoRuleCoversIsRefused() throws PolicyException {
    Verdict verdict =
        policy("- {name: a, when: false, then: allow}").judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(verdict.because()).isEqualTo("no rule covers this action");
  }

  @Test
  void plainReadNoRuleCoversNeedsOneReviewer() throws PolicyException {
    Verdict verdict = policy("- {name: a, when: false, then: allow}").judge(READ, SampleFacts.CALM);

    assertThat(verdict.outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(verdict.requirement().alternatives())
        .containsExactly(new TreeMap<>(Map.of("dba", 1)), new TreeMap<>(Map.of("security", 1)));
    assertThat(verdict.deny()).isEqualTo(1);
  }

  @Test
  void readThatIsNotPlainIsRefusedWithoutARule() throws PolicyException {
    Policy policy = policy("- {name: a, when: false, then: allow}");
    Facts export =
        new Facts(
            "export_data",
            "shop",
            "prod",
            "agent",
            "agent-1",
            List.of(),
            "read",
            1,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            false,
            "unknown",
            false,
            null,
            null);

    assertThat(
            policy
                .judge(SampleFacts.of("read").notInspectable().facts(), SampleFacts.CALM)
                .outcome())
        .isEqualTo(Outcome.REFUSE);
    assertThat(policy.judge(export, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REFUSE);
  }

  @Test
  void nobodyToReviewAnUncoveredReadIsARefusal() throws PolicyException {
    Policy policy =
        Policy.parse(
            "policy.yml",
            """
            version: 1
            groups: {owners: {owners_of: target}}
            rules: [{name: a, when: false, then: allow}]
            """
                .getBytes(StandardCharsets.UTF_8));

    assertThat(policy.judge(READ, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REFUSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "write", "unknown"})
  void allowanceOfWhatWasNotInspectedIsRefused(String statementClass) throws PolicyException {
    Policy policy = policy("- {name: a, when: true, then: allow}");

    assertThat(
            policy
                .judge(SampleFacts.of(statementClass).notInspectable().facts(), SampleFacts.CALM)
                .outcome())
        .isEqualTo(Outcome.REFUSE);
    assertThat(policy.judge(SampleFacts.of("unknown").facts(), SampleFacts.CALM).outcome())
        .isEqualTo(Outcome.REFUSE);
  }

  @Test
  void absentEstimateIsNotZero() throws PolicyException {
    Policy policy = policy("- {name: small, when: sql.estimated_rows <= 1000, then: allow}");

    assertThat(
            policy.judge(SampleFacts.of("read").estimated(12).facts(), SampleFacts.CALM).outcome())
        .isEqualTo(Outcome.ALLOW);
    assertThat(policy.judge(READ, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(policy.judge(READ, SampleFacts.CALM).rules()).containsExactly("small");
    assertThat(policy.judge(WRITE, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(policy.judge(WRITE, SampleFacts.CALM).because())
        .isEqualTo("rule `small` could not be evaluated");
  }

  @Test
  void ruleMayAskWhetherThereIsAnEstimate() throws PolicyException {
    Policy policy =
        policy("- {name: a, when: '!has(sql.estimated_rows)', then: refuse, because: guess}");

    assertThat(policy.judge(READ, SampleFacts.CALM).because()).isEqualTo("guess");
  }

  @Test
  void reviewingRuleThatFailsOnAReadAsksItsOwnSeats() throws PolicyException {
    Verdict verdict =
        policy(
                "- {name: reads, when: true, then: allow}",
                "- {name: big, when: sql.estimated_rows > 9, then: review, approvals: [{dba: 2}]}")
            .judge(READ, SampleFacts.CALM);

    assertThat(verdict.outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(verdict.requirement().alternatives())
        .containsExactly(new TreeMap<>(Map.of("dba", 2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 / (sql.statements - 1) > 0",
        "sql.tables[7] == \"x\"",
        "sql.class.matches(\"(a{1,99}){1,99}\")",
        "sql.class.matches(\"(\")",
        "9223372036854775807 + sql.statements > 0"
      })
  void evaluatorErrorIsNeverAnAllowance(String when) throws PolicyException {
    Policy policy =
        policy("- {name: ok, when: true, then: allow}", rule("broken", when, "then: allow"));

    assertThat(policy.judge(WRITE, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(policy.judge(READ, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REVIEW);
  }

  @Test
  void iterationsAreBounded() throws PolicyException {
    String[] names = new String[300];
    java.util.Arrays.setAll(names, i -> "t" + i);
    Policy policy =
        policy(
            rule("quick", "sql.tables.exists(t, t == \"none\")", "then: allow"),
            rule(
                "slow",
                "sql.tables.exists(a, sql.tables.exists(b, sql.tables.exists(c, a == \"none\")))",
                "then: allow"));

    Verdict verdict = policy.judge(SampleFacts.of("write").on(names).facts(), SampleFacts.CALM);

    assertThat(verdict.because()).isEqualTo("rule `slow` could not be evaluated");
  }

  @Test
  void resultThatIsNotABooleanIsAFailure() throws Expressions.Refused {
    Condition condition = new Expressions().compile("action.kind == 'execute_sql'");

    assertThat(condition.ask(Map.of())).isEqualTo(Condition.Answer.FAILED);
  }

  @Test
  void strictestOfEverySettingWins() throws PolicyException {
    Verdict verdict =
        policy(
                """
                - name: a
                  when: true
                  then: review
                  approvals: [{dba: 1}]
                  deny: 2
                  pending_for: 2h
                  approved_for: 5m
                  remind_after: [5m, 20m, 50m]
                  reason: {min_length: 5, ask: 'Why?'}
                  channels: {slack: hidden_values, teams: allow, console: {signed_in_within: 5m}}
                  limits: {max_rows: 10, statement_timeout: 1m, mask: [pci]}
                """,
                """
                - name: b
                  when: true
                  then: review
                  approvals: [{dba: 1}]
                  deny: 3
                  pending_for: 30m
                  remind_after: [10m]
                  reason: {min_length: 20, ask: 'Who asked?'}
                  channels:
                    slack: hidden_values
                    teams: deny_only
                    console: {signed_in_within: PT1M}
                  limits: {max_rows: 20, statement_timeout: 30s, mask: [email, pci]}
                """)
            .judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.deny()).isEqualTo(2);
    assertThat(verdict.pendingFor()).isEqualTo(Duration.ofMinutes(30));
    assertThat(verdict.approvedFor()).isEqualTo(Duration.ofMinutes(5));
    assertThat(verdict.remindAfter())
        .containsExactly(Duration.ofMinutes(5), Duration.ofMinutes(10), Duration.ofMinutes(20));
    assertThat(verdict.maxRows()).isEqualTo(10);
    assertThat(verdict.statementTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(verdict.mask()).containsExactly("email", "pci");
    assertThat(verdict.minReasonLength()).isEqualTo(20);
    assertThat(verdict.ask()).isEqualTo("Why? Who asked?");
    assertThat(verdict.channels())
        .containsEntry("slack", new ChannelRule(false, true, null))
        .containsEntry("teams", new ChannelRule(true, false, null))
        .containsEntry("console", new ChannelRule(false, false, Duration.ofMinutes(1)));
  }

  @Test
  void ruleSilentOnAChannelDoesNotLetItApproveHiddenValues() throws PolicyException {
    Verdict verdict =
        policy(
                "- {name: a, when: true, then: review, approvals: [{dba: 1}],"
                    + " channels: {slack: hidden_values}}",
                "- {name: b, when: true, then: review, approvals: [{dba: 1}]}")
            .judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.channels()).containsEntry("slack", new ChannelRule(false, false, null));
  }

  @Test
  void escalationOfOneRuleDoesNotBypassTheSeatsOfAnother() throws PolicyException {
    Verdict verdict =
        policy(
                "- {name: a, when: true, then: review, approvals: [{dba: 1}],"
                    + " escalate: [{after: 30m, notify: [security], approvals: [{security: 1}]}]}",
                "- {name: b, when: true, then: review, approvals: [{dba: 1}],"
                    + " escalate: [{after: 10m, notify: [dba]}]}")
            .judge(WRITE, SampleFacts.CALM);

    assertThat(verdict.escalations())
        .containsExactly(
            new Escalation(Duration.ofMinutes(10), List.of("dba"), List.of()),
            new Escalation(
                Duration.ofMinutes(30),
                List.of("security"),
                List.of(new TreeMap<>(Map.of("dba", 1, "security", 1)))));
  }

  @Test
  void peopleHoldGroupsOfTheProviderAndOwnTargets() throws PolicyException {
    Policy policy = policy("- {name: a, when: true, then: allow}");

    assertThat(policy.groupsOf("alice", Set.of("db-admins", "x"), List.of("group:y")))
        .containsExactly("dba");
    assertThat(policy.groupsOf("bob", Set.of("shop"), List.of("group:shop"))).contains("owners");
    assertThat(policy.groupsOf("bob", Set.of(), List.of("person:bob"))).containsExactly("owners");
    assertThat(policy.groupsOf("shop", Set.of("bob"), List.of("group:shop", "person:bob")))
        .isEmpty();
    assertThat(policy.groupsOf("dba", Set.of("dba"), List.of())).isEmpty();
  }

  private static String rule(String name, String when, String then) {
    return "- {name: %s, when: '%s', %s}".formatted(name, when, then);
  }

  private static Policy policy(String... rules) throws PolicyException {
    String yaml =
        """
        version: 1
        groups:
          dba: {idp: db-admins}
          security: {idp: secops}
          owners: {owners_of: target}
        rules:
        """
            + String.join("\n", rules).indent(2);
    return Policy.parse("policy.yml", yaml.getBytes(StandardCharsets.UTF_8));
  }
}
