package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Requirement;
import io.countersign.policy.Facts.Grant;
import io.countersign.policy.Spending.Spent;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.policy.Verdict.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The policies in {@code policies/} decide as their comments promise. */
class ReadyPoliciesTest {
  private static final Circumstances USED_UP =
      new Circumstances(
          SampleFacts.CALM.now(),
          (window, tables) -> new Spent(1_000_000, 1_000_000_000, 1L << 40));

  @ParameterizedTest
  @ValueSource(strings = {"strict", "soc2", "read-mostly"})
  void noneHasAWarning(String name) throws PolicyException {
    assertThat(policy(name).lint(SampleFacts.CALM.now(), Installation.UNKNOWN))
        .extracting(LintWarning::message)
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "read, -, REVIEW, dba 1 security 1",
        "read, pii, REVIEW, dba 1 security 1",
        "read, uninspectable, REFUSE, -",
        "write, -, REVIEW, dba 1 security 1",
        "write, unbounded, REVIEW, dba 2 security 1",
        "write, irreversible, REVIEW, dba 2 security 1",
        "write, uninspectable, REFUSE, -",
        "ddl, -, REVIEW, dba 1 security 1",
        "ddl, irreversible, REVIEW, dba 2 security 1",
        "export, pii, REVIEW, dba 1 security 1",
        "role, PT1H, REVIEW, dba 1 security 1",
        "role, PT1H1S, REFUSE, -",
        "role, endless, REFUSE, -",
        "admin, -, REFUSE, -",
        "unknown, -, REFUSE, -",
        "teleport, -, REVIEW, dba 1 security 1"
      })
  void strict(String statementClass, String feature, Outcome outcome, String seats)
      throws PolicyException {
    assertVerdict("strict", facts(statementClass, feature), SampleFacts.CALM, outcome, seats);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "read, -, ALLOW, -",
        "read, pii, REVIEW, data-owners 1 or security 1",
        "read, uninspectable, REFUSE, -",
        "write, -, REVIEW, dba 1",
        "write, unbounded, REVIEW, dba 2",
        "ddl, -, REVIEW, dba 1 security 1",
        "export, -, REVIEW, dba 1",
        "export, pii, REVIEW, data-owners 1 dba 1 security 1",
        "role, PT8H, REVIEW, dba 1 security 1",
        "role, PT8H1S, REFUSE, -",
        "role, endless, REFUSE, -",
        "admin, -, REFUSE, -",
        "unknown, -, REFUSE, -",
        "teleport, -, REFUSE, -"
      })
  void soc2(String statementClass, String feature, Outcome outcome, String seats)
      throws PolicyException {
    assertVerdict("soc2", facts(statementClass, feature), SampleFacts.CALM, outcome, seats);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "read, -, ALLOW, -",
        "read, pii, REVIEW, dba 1 security 1 or security 1",
        "read, pii of 100, ALLOW, -",
        "read, pii of 101, REVIEW, security 1",
        "read, uninspectable, REFUSE, -",
        "write, -, REVIEW, dba 1",
        "write, unbounded, REVIEW, dba 1 security 1",
        "write, pii, REVIEW, dba 1",
        "ddl, -, REFUSE, -",
        "export, -, REFUSE, -",
        "role, PT1M, REFUSE, -",
        "admin, -, REFUSE, -",
        "unknown, -, REFUSE, -",
        "teleport, -, REFUSE, -"
      })
  void readMostly(String statementClass, String feature, Outcome outcome, String seats)
      throws PolicyException {
    assertVerdict("read-mostly", facts(statementClass, feature), SampleFacts.CALM, outcome, seats);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"soc2, -, dba 1", "read-mostly, -, dba 1", "read-mostly, pii of 9, security 1"})
  void readsBeyondTheBudgetAreReviewed(String name, String feature, String seats)
      throws PolicyException {
    assertVerdict(name, facts("read", feature), USED_UP, Outcome.REVIEW, seats);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // The turn of the year, then a Saturday, then the Sunday and Monday after it.
        "2026-12-24T12:00:00Z, read, ALLOW, -",
        "2026-12-24T12:00:00Z, write, REVIEW, dba 1 security 1",
        "2026-12-19T16:59:59Z, write, REVIEW, dba 1",
        "2026-06-06T12:00:00Z, write, REVIEW, dba 1",
        "2026-06-06T12:00:00Z, ddl, REVIEW, dba 1 security 1"
      })
  void soc2Freezes(Instant now, String statementClass, Outcome outcome, String seats)
      throws PolicyException {
    Circumstances then = new Circumstances(now, Spending.NONE);
    assertVerdict("soc2", facts(statementClass, null), then, outcome, seats);
  }

  @Test
  void soc2WeekendIsTold() throws PolicyException {
    Circumstances saturday =
        new Circumstances(Instant.parse("2026-06-06T12:00:00Z"), Spending.NONE);

    assertThat(policy("soc2").judge(facts("ddl", null), saturday).rules())
        .containsExactly("changes-of-schema", "freeze:weekend");
  }

  @Test
  void limitsAndChannelsAreThosePromised() throws PolicyException {
    Verdict strict = policy("strict").judge(facts("write", "irreversible"), SampleFacts.CALM);
    assertThat(strict.channels())
        .containsEntry("slack", new ChannelRule(true, false, null))
        .containsEntry("teams", new ChannelRule(true, false, null))
        .containsEntry("console", new ChannelRule(false, false, Duration.ofMinutes(10)));
    assertThat(strict.minReasonLength()).isEqualTo(20);
    Verdict export = policy("soc2").judge(facts("export", "pii"), SampleFacts.CALM);
    assertThat(export.channels().get("slack")).isEqualTo(new ChannelRule(true, false, null));
    assertThat(export.maxRows()).isEqualTo(50_000);
    assertThat(export.minReasonLength()).isEqualTo(20);
    Verdict read = policy("read-mostly").judge(facts("read", "pii of 9"), SampleFacts.CALM);
    assertThat(read.mask()).containsExactly("email", "pci", "phi", "pii");
    assertThat(read.maxRows()).isEqualTo(100);
    Verdict plain = policy("read-mostly").judge(facts("read", null), SampleFacts.CALM);
    assertThat(plain.maxRows()).isEqualTo(5_000);
    assertThat(plain.maxBytes()).isEqualTo(10_485_760);
  }

  private static void assertVerdict(
      String name,
      Facts facts,
      Circumstances circumstances,
      Outcome outcome,
      @Nullable String seats)
      throws PolicyException {
    Verdict verdict = policy(name).judge(facts, circumstances);
    assertThat(verdict.outcome()).as(verdict.toString()).isEqualTo(outcome);
    assertThat(verdict.requirement())
        .isEqualTo(
            seats == null
                ? Requirement.NONE
                : new Requirement(
                    Arrays.stream(seats.split(" or ")).map(ReadyPoliciesTest::seats).toList()));
  }

  private static SortedMap<String, Integer> seats(String text) {
    String[] words = text.split(" ");
    SortedMap<String, Integer> seats = new TreeMap<>();
    for (int i = 0; i < words.length; i += 2) {
      seats.put(words[i], Integer.parseInt(words[i + 1]));
    }
    return seats;
  }

  private static Facts facts(String statementClass, @Nullable String feature) {
    SampleFacts sql = SampleFacts.of(statementClass);
    return switch (feature) {
      case null -> sql.facts();
      case "pii" -> sql.tagged("pii").facts();
      case "uninspectable" -> sql.notInspectable().facts();
      case "unbounded" -> sql.unbounded().facts();
      case "irreversible" -> changed(sql.facts(), "no", null);
      case "endless" -> changed(sql.facts(), "unknown", new Grant("reporting", List.of(), null));
      default -> {
        if (feature.startsWith("pii of ")) {
          yield sql.tagged("pii").estimated(Long.parseLong(feature.substring(7))).facts();
        }
        Duration duration = Duration.parse(feature);
        yield changed(sql.facts(), "unknown", new Grant("reporting", List.of(), duration));
      }
    };
  }

  private static Facts changed(Facts facts, String reversible, @Nullable Grant grant) {
    return new Facts(
        grant == null ? facts.kind() : "grant_role",
        facts.targetName(),
        facts.targetEnvironment(),
        facts.requesterType(),
        facts.requesterId(),
        facts.requesterGroups(),
        facts.statementClass(),
        facts.statements(),
        facts.tables(),
        facts.columns(),
        facts.tags(),
        facts.functions(),
        facts.estimatedRows(),
        facts.unboundedWrite(),
        reversible,
        facts.uninspectable(),
        grant,
        null);
  }

  private static Policy policy(String name) throws PolicyException {
    return PolicyFile.open(Path.of("..", "policies", name + ".yml")).current();
  }
}
