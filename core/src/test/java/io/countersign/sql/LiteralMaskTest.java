package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.Analysis.Span;
import io.countersign.sql.Corpus.Example;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralMaskTest {
  private static final ParserPool POOL = new ParserPool();
  private static final StatementAnalyser ANALYSER = new StatementAnalyser(POOL, 0);

  @AfterAll
  static void close() {
    POOL.close();
  }

  static List<Example> corpus() {
    return Corpus.examples();
  }

  /** What is a value by the text's own quotes, without asking the scanner. */
  @ParameterizedTest
  @MethodSource("corpus")
  void noQuotedValueIsLeft(Example example) {
    String masked = mask(example.sql());
    Analysis analysis = ANALYSER.analyse(example.sql());
    byte[] bytes = example.sql().getBytes(StandardCharsets.UTF_8);
    for (Span span : analysis.literals()) {
      String value =
          new String(bytes, span.start(), span.end() - span.start(), StandardCharsets.UTF_8);
      boolean isAlsoAName = value.matches("'[a-z_]+'");
      if (value.length() >= 6 && !isAlsoAName) {
        assertThat(masked).doesNotContain(value.substring(1, value.length() - 1));
      }
    }
    assertThat(masked.replace("‹hidden›", "").replace("/* hidden comment */", ""))
        .doesNotContain("'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "select 'Zoë', 'x' from a | select ‹hidden›, ‹hidden› from a",
        "select U&'d\\0061t' uescape '!' from a | select ‹hidden› uescape ‹hidden› from a",
        "select E'it\\'s', 'it''s' | select ‹hidden›, ‹hidden›",
        "select $$a 'b'$$, $ü$c$ü$ | select ‹hidden›, ‹hidden›",
        "select b'101', x'ff', n'a', 0x1F, 1_000, 1e5, .5 |"
            + " select ‹hidden›, ‹hidden›, n‹hidden›, ‹hidden›, ‹hidden›, ‹hidden›, ‹hidden›",
        "select /* Zoë's */ 1 -- 'x' | select /* hidden comment */ ‹hidden› /* hidden comment */",
        "select $1, a[2] from \"it's\" | select $1, a[‹hidden›] from \"it's\"",
        "create role r password 'x' | create role r password ‹hidden›",
        "create server s foreign data wrapper f options (host 'h') |"
            + " create server s foreign data wrapper f options (host ‹hidden›)"
      })
  void valuesAreHiddenWhereTheyStand(String sql, String masked) {
    assertThat(mask(sql)).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create role x login PASSWORD 'a'",
        "alter role x password 'a'",
        "create subscription s connection 'host=a' publication p",
        "alter subscription s connection 'host=a'",
        "create user mapping for public server s options (user 'a')",
        "create server s foreign data wrapper f options (host 'a')",
        "select * from dblink('a', 'select 1') as t(a int)",
        "select public.dblink_exec('a', 'b')",
        "select U&\"d\\0062link\"('a', 'b')",
        "alter system set primary_conninfo = 'a'",
        "select 'user=a password=b'",
        "update users set pwd = 'a' where id = 1"
      })
  void secretsAreHiddenWhateverIsTouched(String sql) {
    assertThat(LiteralMask.mayHoldSecret(sql, ANALYSER.analyse(sql))).isTrue();
  }

  @Test
  void otherValuesAreNoSecrets() {
    String sql = "update orders set total = 3 where id = 7";
    assertThat(LiteralMask.mayHoldSecret(sql, ANALYSER.analyse(sql))).isFalse();
  }

  private static String mask(String sql) {
    return LiteralMask.mask(sql, ANALYSER.analyse(sql));
  }
}
