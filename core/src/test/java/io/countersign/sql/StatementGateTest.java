package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementGateTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " \t\r\n\f",
        ";",
        " ; ;",
        "-- only",
        "/* a /* b */ c */",
        "/* open",
        "-- a\r-- b\n;"
      })
  void textWithoutAStatementIsRefused(String sql) {
    assertThat(StatementGate.refusal(sql))
        .contains("the statement is empty: expected one SQL statement");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"select 1", "-- a\nselect 1", "/* a */ x", "/* /* */ */ /", "-", "\u00a0"})
  void textWithSomethingInItMayBeParsed(String sql) {
    assertThat(StatementGate.refusal(sql)).isEmpty();
  }

  @Test
  void nulAndLoneSurrogatesAreRefused() {
    assertThat(StatementGate.refusal("select 1\0")).get().asString().contains("NUL");
    assertThat(StatementGate.refusal("select '\ud800'")).get().asString().contains("surrogates");
    assertThat(StatementGate.refusal("select '\ude00\ud83d'")).isPresent();
    assertThat(StatementGate.refusal("select '\ud83d\ude00'")).isEmpty();
  }

  @Test
  void lengthCountsBytesOfUtf8() {
    assertThat(StatementGate.refusal("x".repeat(65_536))).isEmpty();
    assertThat(StatementGate.refusal("x".repeat(65_537))).isPresent();
    assertThat(StatementGate.refusal("ü".repeat(32_768))).isEmpty();
    assertThat(StatementGate.refusal("ü".repeat(32_769))).isPresent();
  }
}
