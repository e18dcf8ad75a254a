package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Condition.Answer;
import io.countersign.policy.Expressions.Refused;
import io.countersign.policy.Facts.Grant;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Facts that only some kinds of action have: declared for all, absent where there are none. */
class GrantFactsTest {
  private static final Facts SQL = SampleFacts.of("read").facts();
  private static final Facts GRANT =
      facts("grant_role", new Grant("reporting", List.of("login"), Duration.ofMinutes(90)), null);
  private static final Facts ENDLESS =
      facts("grant_role", new Grant("reporting", List.of(), null), null);
  private static final Facts OPERATION = facts("change_infrastructure", null, "restart");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "role.name == 'reporting' ; YES ; YES ; FAILED",
        "role.name == 'x' ; NO ; NO ; FAILED",
        "has(role.name) ; YES ; YES ; NO",
        "has(role.attributes) ; YES ; YES ; NO",
        "'login' in role.attributes ; YES ; NO ; FAILED",
        "role.attributes.size() == 0 ; NO ; YES ; FAILED",
        "duration == duration('1h30m') ; YES ; FAILED ; FAILED",
        "duration <= duration('1h') ; NO ; FAILED ; FAILED",
        "duration > duration('5399s') ; YES ; FAILED ; FAILED",
        "duration.getMinutes() == 90 ; YES ; FAILED ; FAILED",
        "action.kind == 'grant_role' && role.name == 'reporting' ; YES ; YES ; NO",
        "role.name == 'reporting' && action.kind == 'grant_role' ; YES ; YES ; NO",
        "action.kind == 'grant_role' && duration > duration('1h') ; YES ; FAILED ; NO",
        "duration > duration('1h') && action.kind == 'grant_role' ; YES ; FAILED ; NO",
        "action.kind != 'grant_role' || duration > duration('1h') ; YES ; FAILED ; YES",
        "operation.name == 'restart' ; FAILED ; FAILED ; FAILED",
        "has(operation.name) ; NO ; NO ; NO"
      })
  void factsOfAGrantAreAbsentElsewhere(String when, Answer grant, Answer endless, Answer sql)
      throws Refused {
    assertThat(ask(when, GRANT)).isEqualTo(grant);
    assertThat(ask(when, ENDLESS)).isEqualTo(endless);
    assertThat(ask(when, SQL)).isEqualTo(sql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "operation.name == 'restart' ; YES ; FAILED",
        "operation.name == 'x' ; NO ; FAILED",
        "action.kind == 'change_infrastructure' && operation.name == 'restart' ; YES ; NO"
      })
  void operationIsAbsentElsewhere(String when, Answer operation, Answer sql) throws Refused {
    assertThat(ask(when, OPERATION)).isEqualTo(operation);
    assertThat(ask(when, SQL)).isEqualTo(sql);
  }

  private static Answer ask(String when, Facts facts) throws Refused {
    return new Expressions().compile(when).ask(Expressions.variables(facts));
  }

  /** Of a role that shall be granted. */
  static Facts granting(Grant grant) {
    return facts("grant_role", grant, null);
  }

  private static Facts facts(String kind, @Nullable Grant grant, @Nullable String operation) {
    return new Facts(
        kind,
        "shop",
        "prod",
        "agent",
        "agent-1",
        List.of(),
        grant == null ? "admin" : "role",
        1,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null,
        false,
        "unknown",
        false,
        grant,
        operation);
  }
}
