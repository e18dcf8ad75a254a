package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Target;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the author of a valid policy hardly meant. */
class LintTest {
  private static final Instant NOW = SampleFacts.CALM.now();
  private static final String REVIEW =
      "then: review, approvals: [{dba: 1, security: 1, owners: 1}]";
  private static final String REST = "- {name: rest, when: true, " + REVIEW + "}";

  @Test
  void policyThatMeansWhatItSaysHasNoWarning() throws PolicyException {
    assertThat(lint(REST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sql.class == 'reads'",
        "action.kind == 'execute' && sql.unbounded_write",
        "requester.type == 'robot'",
        "sql.class == 'read' && sql.class == 'write'",
        "sql.class == 'read' && sql.unbounded_write",
        "action.kind == 'grant_role' && sql.class == 'read'",
        "action.kind == 'execute_sql' && role.name == 'x'",
        "action.kind == 'execute_sql' && duration > duration('1h')",
        "sql.reversible == 'maybe'",
        "sql.estimated_rows < 0",
        "sql.estimated_rows > 10 && sql.estimated_rows < 9",
        "target.environment == 'prod' && target.environment == 'test'",
        "sql.class == 'unknown' && !analysis.uninspectable",
        "sql.tables.size() == 0 && 'a' in sql.tables",
        "false"
      })
  void conditionThatNothingMeetsIsTold(String when) throws PolicyException {
    assertThat(lint(REST, rule("typo", when, REVIEW)))
        .containsExactly("policy.yml:8:5: warning: rule `typo` can never match");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sql.class == 'read'",
        "requester.type == 'person' && requester.id == 'alice'",
        "'interns' in requester.groups && 'agents' in requester.groups",
        "sql.tables.exists(t, t == 'payments' || t.endsWith('.payments'))",
        "sql.tables.exists(t, t.startsWith('audit.') && t.endsWith('_log'))",
        "sql.tables.exists(t, t == 'a') && sql.tables.exists(t, t == 'b')",
        "sql.tables.all(t, t.startsWith('public.')) && sql.tables.size() > 0",
        "sql.tags.size() > 3",
        "sql.columns.size() == 2 && 'a' in sql.columns",
        "sql.functions.exists(f, f.contains('crypt'))",
        "sql.estimated_rows > 1000000",
        "!has(sql.estimated_rows)",
        "sql.statements > 5",
        "duration > duration('1h') && role.name == 'reporting'",
        "'superuser' in role.attributes",
        "operation.name == 'restart'",
        "target.name != 'shop' && target.environment == 'prod'",
        "sql.reversible == 'no' && analysis.uninspectable",
        "action.kind == 'apply_migration' && sql.class == 'ddl' && sql.statements == 7"
      })
  void conditionThatSomethingMeetsIsNot(String when) throws PolicyException {
    assertThat(lint(REST, rule("fine", when, REVIEW))).isEmpty();
  }

  @Test
  void whatTryingCannotTellIsNotClaimed() throws PolicyException {
    String pattern = rule("pattern", "sql.class.matches('^x+$')", REVIEW);
    String large =
        rule(
            "large",
            "'a' in sql.tables && sql.tables.size() == 1"
                + " && sql.tags.size() == 2 && sql.columns.size() == 3"
                + " && sql.functions.size() == 4 && sql.functions.size() == 5",
            REVIEW);

    assertThat(lint(REST, pattern, large))
        .containsExactly(
            "policy.yml:8:5: warning: not decided whether rule `pattern` can match",
            "policy.yml:9:5: warning: not decided whether rule `large` can match");
    assertThat(lint(REST, large)).isEqualTo(lint(REST, large));
  }

  @Test
  void ruleBehindARefusalIsTold() throws PolicyException {
    String refuse =
        rule("no-ddl", "sql.class == 'ddl' || target.environment == 'prod'", "then: refuse");

    assertThat(
            lint(
                REST,
                rule("migrations", "sql.class == 'ddl' && sql.statements > 1", REVIEW),
                rule("test-writes", "sql.class == 'write'", REVIEW),
                refuse))
        .containsExactly(
            "policy.yml:8:5: warning: rule `migrations` never matters: wherever it matches,"
                + " another rule refuses");
  }

  @Test
  void whatNoRuleCoversIsTold() throws PolicyException {
    assertThat(lint(rule("sql", "action.kind == 'execute_sql' && sql.class == 'write'", REVIEW)))
        .contains(
            "policy.yml:7:5: warning: no rule covers kind `execute_sql` of class `read`: it is"
                + " reviewed by anyone",
            "policy.yml:7:5: warning: no rule covers kind `execute_sql` of class `ddl`: it is"
                + " refused",
            "policy.yml:7:5: warning: no rule covers kind `grant_role`: it is refused",
            "policy.yml:7:5: warning: no rule covers kind `change_infrastructure`: it is refused")
        .noneMatch(warning -> warning.contains("class `write`"))
        .hasSize(6 + 4);
  }

  @Test
  void groupNobodyAsksIsTold() throws PolicyException {
    assertThat(lint(rule("all", "true", "then: review, approvals: [{dba: 1}]")))
        .containsExactly(
            "policy.yml:4:3: warning: no rule asks group `security`",
            "policy.yml:5:3: warning: no rule asks group `owners`");
    assertThat(
            lint(
                rule(
                    "all",
                    "true",
                    "then: review, approvals: [{dba: 1}], escalate: [{after: 1m, notify:"
                        + " [security]}, {after: 2m, approvals: [{owners: 1}]}]")))
        .isEmpty();
    assertThat(
            SamplePolicy.parse(
                    """
                    rules:
                    - name: all
                      when: true
                      then: allow
                      budget: {per: agent, window: 1h, rows: 1, approvals: [{dba: 1}]}
                    freezes:
                    - name: f
                      from: 00:00
                      to: 01:00
                      zone: UTC
                      unless: [{owners: 1}, {security: 1}]
                    """)
                .lint(NOW, Installation.UNKNOWN))
        .isEmpty();
  }

  @Test
  void freshSignInThatChatDoesNotAskIsTold() throws PolicyException {
    String fresh =
        "- {name: f, when: true, " + REVIEW + ", channels: {%s: {signed_in_within: 5m}%s}}";

    assertThat(lint(fresh.formatted("console", "")))
        .containsExactly(
            "policy.yml:7:5: warning: rule `f` asks for a fresh sign-in on the console, but slack"
                + " and teams may approve without");
    assertThat(lint(fresh.formatted("console", ", teams: deny_only, slack: hidden_values")))
        .containsExactly(
            "policy.yml:7:5: warning: rule `f` asks for a fresh sign-in on the console, but slack"
                + " may approve without");
    assertThat(lint(fresh.formatted("console", ", teams: deny_only, slack: deny_only"))).isEmpty();
  }

  @Test
  void freezeThatIsOverOrNeverMatchesIsTold() throws PolicyException {
    Policy policy =
        SamplePolicy.parse(
            "rules:\n  "
                + REST
                + "\nfreezes:\n"
                + "- {name: old, from: 2026-05-01T00:00, to: 2026-06-01T12:00, zone: UTC}\n"
                + "- {name: new, from: 2026-05-01T00:00, to: 2026-06-01T12:01, zone: UTC}\n"
                + "- {name: never, from: 22:00, to: 06:00, zone: UTC, when: sql.class == 'x'}\n");

    assertThat(policy.lint(NOW, Installation.UNKNOWN))
        .extracting(warning -> warning.show("p"))
        .containsExactly(
            "p:9:3: warning: freeze `old` is over",
            "p:11:3: warning: freeze `never` can never match");
  }

  @Test
  void groupThatNobodyHoldsIsNamedWhereThatIsKnown() throws Exception {
    Policy policy =
        SamplePolicy.of(REST, rule("two", "true", "then: review, approvals: [{dba: 1}]"));

    assertThat(messages(policy, Optional.of(Set.of("somebody-else"))))
        .contains("group `dba` is empty: nobody who signed in holds it");
    assertThat(messages(policy, Optional.of(Set.of("db-admins", "dba", "security", "secops"))))
        .noneMatch(message -> message.contains("is empty"));
    assertThat(messages(policy, Optional.empty()))
        .noneMatch(message -> message.contains("is empty"));
  }

  private static List<String> messages(Policy policy, Optional<Set<String>> held) {
    return policy.lint(NOW, new Installation(List.of(), held)).stream()
        .map(LintWarning::message)
        .toList();
  }

  @Test
  void configurationTellsWhichTargetsThereAre() throws PolicyException {
    Target shop = target("shop", "prod", List.of("group:shop-owners"));
    Target lab = target("lab", "test", List.of());
    Policy policy =
        SamplePolicy.of(
            rule("prod", "target.environment == 'prod'", REVIEW),
            rule("stage", "target.environment == 'stage'", REVIEW),
            rule("mixed", "target.name == 'lab' && target.environment == 'prod'", REVIEW));

    assertThat(policy.lint(NOW, Installation.UNKNOWN)).isEmpty();
    assertThat(policy.lint(NOW, new Installation(List.of(shop, lab), Optional.empty())))
        .extracting(LintWarning::message)
        .containsExactly(
            "group `owners` is empty for target `lab`, which has no owners",
            "no rule covers target `lab` of environment `test`",
            "rule `stage` can never match",
            "rule `mixed` can never match");
  }

  private static Target target(String name, String environment, List<String> owners) {
    return new Target(name, environment, owners, List.of("public"), Map.of());
  }

  private static List<String> lint(String... rules) throws PolicyException {
    return SamplePolicy.of(rules).lint(NOW, Installation.UNKNOWN).stream()
        .map(warning -> warning.show("policy.yml"))
        .toList();
  }

  private static String rule(String name, String when, String then) {
    return "- {name: %s, when: \"%s\", %s}".formatted(name, when, then);
  }
}
