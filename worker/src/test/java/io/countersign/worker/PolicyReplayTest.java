package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.policy.Policy;
import io.countersign.worker.ApiClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A changed policy asked about what was recorded. */
class PolicyReplayTest {
  private static final Instant NOW = Instant.now();

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);

  @Test
  void samePolicyChangesNothing() throws Exception {
    api.submit("agent-1", "select name from customers where id = 11");
    String said = replay(policy());
    assertThat(said).endsWith(" would differ, 0 looser, 0 stricter\n").contains(": 0 would differ");
    assertThat(said).doesNotStartWith("0 actions").hasLineCount(1);
  }

  @Test
  void everyAnswerThatDiffersIsListedWithoutTheStatement() throws Exception {
    Answer read = api.submit("agent-1", "select name from customers where id = 12");
    Answer write = api.submit("agent-1", "update orders set status = 'replayed' where id = 2908");
    String said =
        replay(
            policy()
                .replace("then: allow", "then: review\n    approvals: [{dba: 1}]")
                .replace(
                    "approvals: [{dba: 1}]\n    escalate", "approvals: [{dba: 2}]\n    escalate"));
    assertThat(line(said, read)).contains("execute_sql read on shop: allow -> review, by dba 1,");
    assertThat(line(said, write))
        .contains("execute_sql write on shop: review, by dba 1, within 1h -> review, by dba 2,");
    assertThat(said).doesNotContain("replayed").doesNotContain("customers");
    assertThat(said).contains(" 0 looser, ").doesNotContain(" 0 stricter");
  }

  @Test
  void looserAnswerIsCountedAsSuch() throws Exception {
    Answer refused = api.submit("agent-1", "alter system set work_mem = '2MB'");
    String said =
        replay(
            policy()
                .replace(
                    "then: refuse\n    because: server administration is done by people",
                    "then: review\n    approvals: [{security: 2}]"));
    assertThat(line(said, refused)).contains("admin on shop: refuse -> review, by security 2");
    assertThat(said).doesNotContain(" 0 looser");
  }

  @Test
  void onlyTheGivenTimeIsLookedAt() throws Exception {
    api.submit("agent-1", "select 1");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    replay(policy(), NOW.plus(Duration.ofDays(9)), out);
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("0 actions of the last 168h");
  }

  @Test
  void commandSaysWhatItNeeds() {
    assertThat(mistake("policy", "check", path(), "--against", "soon"))
        .contains("`--against` must be a number of days");
    assertThat(mistake("policy", "check", path(), "--against", "7"))
        .contains("`--against` needs `--config CONFIG`");
    assertThat(mistake("policy", "check", path(), "--against"))
        .contains("`--against` needs a value");
  }

  private static String mistake(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit = Countersign.run(List.of(arguments), Map.of(), stream(err));
    assertThat(exit).isEqualTo(2);
    return err.toString(StandardCharsets.UTF_8);
  }

  private String replay(String policy) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    replay(policy, Instant.now(), out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private void replay(String policy, Instant now, ByteArrayOutputStream out) throws Exception {
    new PolicyReplay(
            Policy.parse("policy.yml", policy.getBytes(StandardCharsets.UTF_8)), stream(out))
        .run(server.demo().application().database().jdbi(), now, Duration.ofDays(7));
  }

  private static String line(String said, Answer action) {
    return said.lines().filter(line -> line.contains(action.id())).findFirst().orElseThrow();
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String path() {
    return Path.of("..", "policy.yml").toString();
  }

  private static String policy() throws Exception {
    return Files.readString(Path.of(path()));
  }
}
