package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mistake is refused, and the author is told where it is. */
class PolicyErrorsTest {
  private static final String HEAD =
      """
      version: 1
      groups:
        dba: {idp: db-admins}
        owners: {owners_of: target}
      """;

  /** A file in which {@code §} marks where the error must be reported. */
  private static Arguments mistake(String name, String marked, String message) {
    return Arguments.of(name, marked, message);
  }

  private static Arguments inRule(String name, String marked, String message) {
    return mistake(name, HEAD + "rules:\n" + marked.indent(2), message);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
            files(), structure(), values(), budgets(), freezes(), withoutEffect(), expressions())
        .flatMap(mistakes -> mistakes);
  }

  private static Stream<Arguments> files() {
    return Stream.of(
        mistake("empty", "§", "expected a policy, the file is empty"),
        mistake("not a mapping", "§- a", "expected a mapping"),
        mistake("broken YAML", "version: [1\n§", "expected ',' or ']'"),
        mistake("two documents", "version: 1\n§---\nversion: 1\n", "document"),
        mistake("tab", "version: 1\ngroups:\n§\tdba: 1\n", "cannot start any token"),
        mistake("unknown alias", "version: §*one\n", "undefined alias"),
        mistake("control character", "version: 1 # §\u0007\n", "expected printable characters"),
        mistake("unknown key", "version: 1\n§rule: []\n", "unknown key `rule`, expected one of"),
        mistake("duplicate key", "version: 1\n§version: 1\n", "duplicate key `version`"),
        mistake("no version", "§groups: {}\nrules: []\n", "expected the key `version`"),
        mistake("other version", "version: §2\ngroups: {}\nrules: []\n", "from 1 to 1, got `2`"),
        mistake("no rules", HEAD + "rules: §[]\n", "expected at least one rule"),
        mistake("merge key", "§<<: {version: 1}\n", "expected a text"));
  }

  private static Stream<Arguments> structure() {
    return Stream.of(
        mistake("group kind", "version: 1\ngroups: {a: {§ldap: x}}\n", "unknown key `ldap`"),
        mistake("group of two", "version: 1\ngroups: {a: §{}}\n", "either `idp` or `owners_of`"),
        mistake("owners", "version: 1\ngroups: {a: {owners_of: §me}}\n", "expected `target`"),
        mistake("group name", "version: 1\ngroups: {§a b: {idp: x}}\n", "expected a name of"),
        inRule("not a mapping", "- §a", "expected a mapping"),
        inRule("no name", "- §when: true", "expected the key `name`"),
        inRule("no approvals", "- §{name: a, when: true, then: review}", "expected `approvals`"),
        inRule("unknown rule key", "- {name: a, §unless: true}", "unknown key `unless`"),
        inRule(
            "duplicate rule",
            "- {name: a, when: true, then: allow}\n- {name: §a, when: true, then: allow}",
            "duplicate rule name `a`"),
        inRule("then", "- {name: a, when: true, then: §deny}", "expected allow, review or refuse"),
        inRule(
            "unknown group",
            "- {name: a, when: true, then: review, approvals: [{§dbas: 1}]}",
            "unknown group `dbas`"),
        inRule(
            "group twice",
            "- {name: a, when: true, then: review, approvals: [{dba: 1, §dba: 2}]}",
            "duplicate key `dba`"),
        inRule(
            "no alternative",
            "- {name: a, when: true, then: review, approvals: §[]}",
            "expected 1 to 16 alternatives"),
        inRule(
            "no seat",
            "- {name: a, when: true, then: review, approvals: [§{}]}",
            "expected at least one group"));
  }

  private static Stream<Arguments> values() {
    String review = "- {name: a, when: true, then: review, approvals: [{dba: 2}], ";
    return Stream.of(
        inRule(
            "count of zero",
            "- {name: a, when: true, then: review, approvals: [{dba: §0}]}",
            "expected a whole number from 1 to 100, got `0`"),
        inRule(
            "count as text",
            "- {name: a, when: true, then: review, approvals: [{dba: §'1'}]}",
            "expected a whole number"),
        inRule("octal", review + "deny: §010}", "expected a whole number"),
        inRule("deny", review + "deny: §0}", "expected a whole number from 1"),
        inRule("duration", review + "pending_for: §soon}", "expected a duration such as"),
        inRule("no unit", review + "pending_for: §10}", "expected a duration such as"),
        inRule("negative duration", review + "pending_for: §-PT1H}", "expected a duration"),
        inRule("no duration", review + "pending_for: §[]}", "expected a duration"),
        inRule("channel", review + "channels: {§mail: allow}}", "unknown key `mail`"),
        inRule("channel word", review + "channels: {slack: §never}}", "deny_only or hidden_values"),
        inRule("console", review + "channels: {console: §{}}}", "expected the key"),
        inRule("rows", review + "limits: {max_rows: §0}}", "expected a whole number from 1"),
        inRule("timeout", review + "limits: {statement_timeout: §25h}}", "expected at most 24h"),
        inRule("mask", review + "limits: {mask: §email}}", "expected a list"),
        inRule("mask twice", review + "limits: {mask: [a, §a]}}", "duplicate `a`"),
        inRule("notify", review + "escalate: [{after: 1m, notify: [§x]}]}", "unknown group `x`"),
        inRule("idle escalation", review + "escalate: [§{after: 1m}]}", "expected `notify` or"),
        inRule(
            "many escalations",
            review + "escalate: §[" + "{after: 1m, notify: [dba]},".repeat(11) + "]}",
            "expected at most 10 escalations"),
        inRule("late", review + "escalate: [{after: §1h, notify: [dba]}]}", "pending_for"),
        inRule(
            "lowering escalation",
            review + "escalate: [{after: 1m, approvals: [{owners: 2}, §{owners: 1}]}]}",
            "an escalation never lowers the count"));
  }

  private static Stream<Arguments> budgets() {
    String allow = "- {name: a, when: true, then: allow, ";
    String hourly = allow + "budget: {per: agent, window: 1h, ";
    return Stream.of(
        inRule("no window", allow + "budget: §{per: agent, rows: 1}}", "expected the key `window`"),
        inRule("per whom", allow + "budget: §{window: 1h, rows: 1}}", "expected the key `per`"),
        inRule("per all", allow + "budget: {per: §all, window: 1h, rows: 1}}", "expected `agent`"),
        inRule("no bound", allow + "budget: §{per: agent, window: 1h}}", "at least one of"),
        inRule(
            "long window",
            allow + "budget: {per: agent, window: §32d, rows: 1}}",
            "expected at most 744h"),
        inRule("no rows", hourly + "rows: §0}}", "expected a whole number from 1"),
        inRule("no actions", hourly + "actions: §-1}}", "expected a whole number from 1"),
        inRule("zero bytes", hourly + "bytes: §0}}", "expected a size such as 65536, 64KiB"),
        inRule("decimal unit", hourly + "bytes: §10MB}}", "expected a size such as"),
        inRule("huge", hourly + "bytes: §1000000000}}", "expected a size such as"),
        inRule("bytes of a rule", allow + "limits: {max_bytes: §1TiB}}", "expected a size"),
        inRule("budget's group", hourly + "rows: 1, approvals: [{§x: 1}]}}", "unknown group `x`"),
        inRule("unknown budget key", hourly + "§calls: 1}}", "unknown key `calls`"));
  }

  private static Stream<Arguments> freezes() {
    return Stream.of(
        inFreeze("no zone", "§{name: f, from: '22:00', to: '06:00'}", "expected the key `zone`"),
        inFreeze("no name", "§{from: '22:00', to: '06:00', zone: UTC}", "the key `name`"),
        inFreeze("offset", "{name: f, from: 22:00, to: 06:00, zone: §+01:00}", "Europe/Berlin"),
        inFreeze("zone", "{name: f, from: 22:00, to: 06:00, zone: §Mars/Base}", "`Mars/Base`"),
        inFreeze("no such hour", "{name: f, from: §24:00, to: 06:00, zone: UTC}", "got `24:00`"),
        inFreeze(
            "no such day",
            "{name: f, from: §2026-02-30T10:00, to: 2026-03-01T10:00, zone: UTC}",
            "expected a time such as 2026-12-19T18:00 or 22:00, got `2026-02-30T10:00`"),
        inFreeze("seconds", "{name: f, from: §22:00:00, to: 06:00, zone: UTC}", "expected a time"),
        inFreeze("a date", "{name: f, from: §2026-02-01, to: x, zone: UTC}", "expected a time"),
        inFreeze(
            "mixed", "{name: f, from: 2026-02-01T10:00, to: §11:00, zone: UTC}", "as in `from`"),
        inFreeze(
            "mixed again",
            "{name: f, from: 11:00, to: §2026-02-01T10:00, zone: UTC}",
            "expected a time of day, as in `from`"),
        inFreeze(
            "empty",
            "{name: f, from: 2026-02-01T10:00, to: §2026-02-01T10:00, zone: UTC}",
            "expected a time after `from`"),
        inFreeze(
            "backwards",
            "{name: f, from: 2026-02-01T10:00, to: §2026-02-01T09:59, zone: UTC}",
            "expected a time after `from`"),
        inFreeze(
            "days of dates",
            "{name: f, from: 2026-02-01T10:00, to: 2026-02-02T10:00, §days: [mon], zone: UTC}",
            "`days` has an effect only with times of day"),
        inFreeze("no day", "{name: f, from: 22:00, to: 06:00, days: §[], zone: UTC}", "one day"),
        inFreeze("short", "{name: f, from: 22:00, to: §6:00, zone: UTC}", "got `6:00`"),
        inFreeze("which day", "{name: f, from: 22:00, to: 06:00, days: [§Mon], zone: UTC}", "sun"),
        inFreeze(
            "day twice",
            "{name: f, from: 22:00, to: 06:00, days: [mon, §mon], zone: UTC}",
            "duplicate `mon`"),
        inFreeze(
            "freeze's group",
            "{name: f, from: 22:00, to: 06:00, zone: UTC, unless: {§x: 1}}",
            "unknown group `x`"),
        inFreeze(
            "freeze's condition",
            "{name: f, from: 22:00, to: 06:00, zone: UTC, when: §nope}",
            "undeclared reference"),
        inFreeze(
            "freeze twice",
            "{name: f, from: 22:00, to: 06:00, zone: UTC}\n"
                + "- {name: §f, from: 22:00, to: 06:00, zone: UTC}",
            "duplicate freeze name `f`"),
        mistake(
            "many freezes",
            HEAD
                + "rules: [{name: a, when: true, then: allow}]\nfreezes: §["
                + "{name: f, from: 22:00, to: 06:00, zone: UTC},".repeat(101)
                + "]\n",
            "expected at most 100 freezes"));
  }

  private static Arguments inFreeze(String name, String marked, String message) {
    String rules = "rules: [{name: a, when: true, then: allow}]\nfreezes:\n";
    return mistake(name, HEAD + rules + "- " + marked + "\n", message);
  }

  private static Stream<Arguments> withoutEffect() {
    return Stream.of(
        inRule(
            "budget",
            "- {name: a, when: true, then: refuse, §budget: {}}",
            "only with `then: allow`"),
        inRule(
            "approvals of an allowance",
            "- {name: a, when: true, then: allow, §approvals: [{dba: 1}]}",
            "only with `then: review`"),
        inRule(
            "reason of an allowance",
            "- {name: a, when: true, then: allow, §because: x}",
            "only with `then: refuse`"),
        inRule(
            "limits of a refusal",
            "- {name: a, when: true, then: refuse, §limits: {}}",
            "no effect with `then: refuse`"));
  }

  private static Stream<Arguments> expressions() {
    return Stream.of(
        inRule("empty", "- {name: a, when: '§', then: refuse}", "mismatched input"),
        inRule("no boolean", "- {name: a, when: action§.kind, then: refuse}", "expected type"),
        inRule("number", "- {name: a, when: §1, then: refuse}", "expected type 'bool'"),
        inRule("reason", "- {name: a, when: action§.reason == 'x', then: refuse}", "undefined"),
        inRule("comment", "- {name: a, when: sql§.comment == 'x', then: refuse}", "undefined"),
        inRule("ticket", "- {name: a, when: §ticket == 'x', then: refuse}", "undeclared"),
        inRule("agent", "- {name: a, when: requester§.name == 'x', then: refuse}", "undefined"),
        inRule("late name", "- {name: a, when: §dyn(sql).comment == 'x', then: refuse}", "dyn()"),
        inRule(
            "bare no",
            "- {name: a, when: true, then: refuse, because: §no}",
            "in quotes, got `no`"),
        inRule("types", "- {name: a, when: sql.statements §== 'x', then: refuse}", "overload"),
        inRule("quoted", "- {name: a, when: \"true && §nope\", then: refuse}", "undeclared"),
        inRule(
            "second line, literal",
            "- name: a\n  then: refuse\n  when: |\n    true &&\n      §nope == 'x'",
            "undeclared reference to 'nope'"),
        inRule(
            "second line, folded",
            "- name: a\n  then: refuse\n  when: >-\n    true &&\n    §nope == 'x'",
            "undeclared reference to 'nope'"),
        inRule(
            "second line, plain",
            "- name: a\n  then: refuse\n  when: true &&\n    false || §nope == 'x'",
            "undeclared reference to 'nope'"),
        inRule(
            "long",
            "- {name: a, when: §" + "true && ".repeat(600) + "true, then: refuse}",
            "expression code point size exceeds limit"),
        inRule(
            "deep",
            "- {name: a, when: §" + "(".repeat(200) + "true" + ")".repeat(200) + ", then: refuse}",
            "expected at most 50 brackets in each other"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void everyMistakeNamesItsPlace(String name, String marked, String message) {
    int at = marked.indexOf('§');
    String[] before = marked.substring(0, at).split("\n", -1);
    String expected =
        "policy.yml:%d:%d: ".formatted(before.length, before[before.length - 1].length() + 1);

    PolicyException error = errorOf(marked.replace("§", "").getBytes(StandardCharsets.UTF_8));

    assertThat(error).hasMessageStartingWith(expected).hasMessageContaining(message);
    assertThat(error.getMessage()).doesNotContain("\n").hasSizeLessThan(400);
  }

  @Test
  void bytesThatAreNotUtf8NameTheirPlace() {
    byte[] bytes = "version: 1\n# ä".getBytes(StandardCharsets.UTF_8);

    assertThat(errorOf(Arrays.copyOf(bytes, bytes.length - 1)))
        .hasMessage("policy.yml:2:3: expected UTF-8");
  }

  @Test
  void oversizeFileIsRefusedUnread() {
    assertThat(errorOf(new byte[256 * 1024 + 1]))
        .hasMessageStartingWith("policy.yml:1:1: expected");
  }

  @Test
  void aliasesCannotBlowUpTheReader() {
    StringBuilder bomb = new StringBuilder("version: 1\na: &a [x, x]\n");
    for (char c = 'b'; c < 'z'; c++) {
      bomb.append("%c: &%c [*%c, *%c, *%c]\n".formatted(c, c, c - 1, c - 1, c - 1));
    }

    assertThat(errorOf(bomb.toString().getBytes(StandardCharsets.UTF_8)))
        .hasMessageStartingWith("policy.yml:1:1: expected simpler YAML");
  }

  @Test
  void nestingCannotExhaustTheReader() {
    byte[] deep = ("version: 1\nrules: " + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);

    assertThat(errorOf(deep)).hasMessageStartingWith("policy.yml:1:1: expected simpler YAML");
  }

  /** Each is within the limit of length, and as deep or as long as that allows. */
  @ParameterizedTest
  @ValueSource(
      strings = {"1+", "!", "-", "[", "true?true:", "true&&", "x.", "true==", "[1].map(a,"})
  void expressionCannotExhaustTheCompiler(String piece) throws InterruptedException {
    String when = piece.repeat(3_900 / piece.length()) + "1";
    String rules = "rules:\n  - {name: a, then: refuse, when: \"%s\"}\n".formatted(when);
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    Thread small =
        new Thread(
            null,
            () -> {
              try {
                Policy.parse("policy.yml", (HEAD + rules).getBytes(StandardCharsets.UTF_8));
              } catch (Throwable e) {
                thrown.add(e);
              }
            },
            "small stack",
            256 * 1024);
    small.start();
    small.join();

    assertThat(thrown).allSatisfy(e -> assertThat(e).isInstanceOf(PolicyException.class));
  }

  private static PolicyException errorOf(byte[] yaml) {
    PolicyException error =
        catchThrowableOfType(PolicyException.class, () -> Policy.parse("policy.yml", yaml));
    assertThat(error).as("an error").isNotNull();
    return error;
  }
}
