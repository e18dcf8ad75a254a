package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.policy.Facts.Grant;
import io.countersign.policy.Verdict.Outcome;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a role may be granted, and which roles at all. */
class GrantLimitsTest {
  private static final String ROLES =
      "{name: roles, when: action.kind == 'grant_role', then: review, approvals: [{dba: 1}]%s}";
  private static final String AN_HOUR = ROLES.formatted(", limits: {max_duration: 1h}");
  private static final String NAMED =
      "{name: %s, when: action.kind == 'grant_role', then: review, approvals: [{security: 1}],"
          + " limits: {role_attributes: [%s]}}";

  @ParameterizedTest
  @CsvSource({"PT1H,REVIEW", "PT59M,REVIEW", "PT1H0.001S,REFUSE", "P1D,REFUSE", ",REFUSE"})
  void grantEndsWithinWhatTheRuleSays(@Nullable Duration duration, Outcome outcome)
      throws PolicyException {
    Verdict verdict = judge(SamplePolicy.of("- " + AN_HOUR), List.of(), duration);
    assertThat(verdict.outcome()).isEqualTo(outcome);
    if (outcome == Outcome.REFUSE) {
      assertThat(verdict.because()).isEqualTo("roles are granted for at most 1h");
    }
  }

  @Test
  void shortestOfSeveralRulesCounts() throws PolicyException {
    Policy policy =
        SamplePolicy.of(
            "- " + AN_HOUR,
            "- "
                + NAMED
                    .formatted("other", "superuser")
                    .replace("limits: {", "limits: {max_duration: 10m, "));
    assertThat(judge(policy, List.of(), Duration.ofMinutes(10)).outcome())
        .isEqualTo(Outcome.REVIEW);
    assertThat(judge(policy, List.of(), Duration.ofMinutes(11)).because())
        .isEqualTo("roles are granted for at most 10m");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "superuser",
        "replication",
        "createrole",
        "pg_execute_server_program",
        "pg_read_server_files",
        "pg_write_server_files"
      })
  void attributeThatGivesTheServerAwayIsRefusedUnlessNamed(String attribute)
      throws PolicyException {
    List<String> attributes = List.of("createdb", attribute);
    Verdict refused = judge(SamplePolicy.of("- " + AN_HOUR), attributes, Duration.ofMinutes(5));
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSE);
    assertThat(refused.because())
        .isEqualTo("the role has " + attribute + ", which no rule names in `role_attributes`");
    Policy naming = SamplePolicy.of("- " + AN_HOUR, "- " + NAMED.formatted("named", attribute));
    Verdict named = judge(naming, attributes, Duration.ofMinutes(5));
    assertThat(named.outcome()).isEqualTo(Outcome.REVIEW);
    assertThat(named.requirement().groups()).containsExactlyInAnyOrder("dba", "security");
  }

  @Test
  void oneNamedAttributeDoesNotCoverAnother() throws PolicyException {
    Policy policy = SamplePolicy.of("- " + NAMED.formatted("named", "superuser"));
    Verdict verdict = judge(policy, List.of("superuser", "replication"), Duration.ofMinutes(5));
    assertThat(verdict.because()).contains("the role has replication,");
  }

  @Test
  void ruleThatOnlyMentionsAnAttributeDoesNotNameIt() throws PolicyException {
    Policy policy =
        SamplePolicy.of(
            "- {name: a, when: \"'superuser' in role.attributes\", then: review,"
                + " approvals: [{dba: 1}]}");
    assertThat(judge(policy, List.of("superuser"), Duration.ofMinutes(5)).outcome())
        .isEqualTo(Outcome.REFUSE);
  }

  @Test
  void otherActionsHaveNoSuchLimits() throws PolicyException {
    Policy policy =
        SamplePolicy.of(
            "- {name: all, when: \"true\", then: review, approvals: [{dba: 1}],"
                + " limits: {max_duration: 1h}}");
    Facts write = SampleFacts.of("write").facts();
    assertThat(policy.judge(write, SampleFacts.CALM).outcome()).isEqualTo(Outcome.REVIEW);
  }

  @Test
  void unknownAttributeIsAMistake() {
    assertThatThrownBy(() -> SamplePolicy.of("- " + NAMED.formatted("named", "superusr")))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("policy.yml:7:")
        .hasMessageContaining("expected one of superuser, replication, createrole")
        .hasMessageContaining("got `superusr`");
  }

  private static Verdict judge(
      Policy policy, List<String> attributes, @Nullable Duration duration) {
    Grant grant = new Grant("reporting", attributes, duration);
    return policy.judge(GrantFactsTest.granting(grant), SampleFacts.CALM);
  }
}
