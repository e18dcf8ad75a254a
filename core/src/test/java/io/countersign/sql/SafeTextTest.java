package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.Analysis.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafeTextTest {
  @Test
  void unseenCharactersAreWrittenOut() {
    assertThat(SafeText.block("a\u202eb\u200bc\u0007d\ufeffe\u00a0f\u2028g"))
        .isEqualTo("a\\u{202E}b\\u{200B}c\\u{7}d\\u{FEFF}e\\u{A0}f\\u{2028}g");
    assertThat(SafeText.block("\u001b[2J\udb40\udc41\ud800\u3164"))
        .isEqualTo("\\u{1B}[2J\\u{E0041}\\u{D800}\\u{3164}");
  }

  @Test
  void blockKeepsLinesAndALineDoesNot() {
    assertThat(SafeText.block("a\r\n\tb\rc")).isEqualTo("a\r\n\tb\\u{D}c");
    assertThat(SafeText.line("a\n\tb", 80)).isEqualTo("a\\u{A}\\u{9}b");
  }

  @Test
  void visibleTextOfEveryScriptStays() {
    assertThat(SafeText.block("Zoë 中文 العربية 👍 ‹x›")).isEqualTo("Zoë 中文 العربية 👍 ‹x›");
  }

  @Test
  void lineIsCutWithoutHalvingACharacter() {
    assertThat(SafeText.line("abcdef", 6)).isEqualTo("abcdef");
    assertThat(SafeText.line("abcdefg", 6)).isEqualTo("abcde…");
    assertThat(SafeText.line("abcd👍👍", 6)).isEqualTo("abcd…");
  }

  @Test
  void maskTakesByteOffsetsInAnyOrder() {
    String sql = "select 'ü', 'é' -- ö";
    assertThat(
            LiteralMask.mask(
                sql, List.of(new Span(13, 17), new Span(7, 11)), List.of(new Span(18, 23))))
        .isEqualTo("select ‹hidden›, ‹hidden› /* hidden comment */");
    assertThat(LiteralMask.mask("abc", List.of(new Span(1, 99), new Span(-5, 0)), List.of()))
        .isEqualTo("a‹hidden›");
  }
}
