package io.countersign.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
    return Stream.of(files(), structure(), values(), withoutEffect(), expressions())
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
        mistake("freezes", HEAD + "§freezes: []\nrules: []\n", "freezes are not supported yet"),
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
        inRule("late", review + "escalate: [{after: §1h, notify: [dba]}]}", "pending_for"),
        inRule(
            "lowering escalation",
            review + "escalate: [{after: 1m, approvals: [{owners: 2}, §{owners: 1}]}]}",
            "an escalation never lowers the count"));
  }

  private static Stream<Arguments> withoutEffect() {
    return Stream.of(
        inRule("budget", "- {name: a, when: true, then: allow, §budget: {}}", "not supported yet"),
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
            "recursion limit"));
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

  private static PolicyException errorOf(byte[] yaml) {
    PolicyException error =
        catchThrowableOfType(PolicyException.class, () -> Policy.parse("policy.yml", yaml));
    assertThat(error).as("an error").isNotNull();
    return error;
  }
}
