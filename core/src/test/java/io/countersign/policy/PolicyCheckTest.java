package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCheckTest {
  private static final Path DEMO = Path.of("..", "policy.yml");

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void goodPolicyIsSaidToBeGood() {
    assertThat(check(DEMO, Optional.empty())).isZero();
    assertThat(text(out)).startsWith("ok sha256:");
    assertThat(text(err)).isEmpty();
  }

  @Test
  void brokenPolicyIsOneLineAndExitCodeTwo() throws IOException {
    Path path = folder.resolve("policy.yml");
    Files.writeString(path, "version: 1\ngroups: {}\nruless: []\n");

    assertThat(check(path, Optional.empty())).isEqualTo(2);
    assertThat(text(err)).startsWith("policy.yml:3:1: unknown key `ruless`").hasLineCount(1);
    assertThat(text(out)).isEmpty();
  }

  @Test
  void factsGetAVerdictAndEveryRuleThatMatched() throws IOException {
    Path facts =
        facts(
            """
            {"action": {"kind": "execute_sql"},
             "target": {"name": "shop", "environment": "prod"},
             "requester": {"type": "agent", "id": "agent-1", "groups": []},
             "sql": {"class": "write", "tables": ["public.payments"], "tags": ["pci"],
                     "estimated_rows": 3, "unbounded_write": true},
             "analysis": {"uninspectable": false}}
            """);

    assertThat(check(DEMO, Optional.of(facts))).isZero();
    assertThat(text(out).lines())
        .contains(
            "verdict: review",
            "rule: writes (review) at policy.yml:33",
            "rule: writes-to-payments (review) at policy.yml:40",
            "rule: writes-without-where (review) at policy.yml:44",
            "seats: dba 1, security 1",
            "pending for: 1h",
            "fact: sql.estimated_rows = 3",
            "fact: sql.tables = [\"public.payments\"]",
            "fact: duration = absent");
  }

  @Test
  void refusalSaysWhy() throws IOException {
    Path facts =
        facts(
            """
            {"action": {"kind": "execute_sql"}, "sql": {"class": "admin"},
             "target": {"name": "shop", "environment": "prod"}}
            """);

    assertThat(check(DEMO, Optional.of(facts))).isZero();
    assertThat(text(out))
        .contains("verdict: refuse", "because: server administration is done by people");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'action': {'kind': 'x', 'reason': 'y'}}|facts.json:1:|unknown key `reason`",
        "{'action': {'kind': 'x'}}|facts.json:1:1:|expected the key `target.name`",
        "{'sql': {'statements': 'many'}}|facts.json:1:|expected facts nested",
        "null|facts.json:1:1:|expected facts",
        "[1]|facts.json:1:1:|expected facts nested",
        "{|facts.json:1:|expected JSON"
      })
  void wrongFactsAreOneLineAndExitCodeTwo(String json, String place, String message)
      throws IOException {
    Path facts = facts(json.replace('\'', '"'));

    assertThat(check(DEMO, Optional.of(facts))).isEqualTo(2);
    assertThat(text(err)).startsWith(place).contains(message).hasLineCount(1);
  }

  private Path facts(String json) throws IOException {
    return Files.writeString(folder.resolve("facts.json"), json);
  }

  private int check(Path policy, Optional<Path> facts) {
    return PolicyCheck.run(
        policy, facts, Installation.UNKNOWN, SampleFacts.CALM.now(), stream(out), stream(err));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
