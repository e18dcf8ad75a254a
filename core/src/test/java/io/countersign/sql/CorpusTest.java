package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sql.Corpus.Example;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
  private static final ParserPool POOL = new ParserPool();
  private static final StatementAnalyser ANALYSER = new StatementAnalyser(POOL, 0);

  @AfterAll
  static void close() {
    POOL.close();
  }

  static List<Example> corpus() {
    return Corpus.examples();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void statementIsOfItsClass(Example example) {
    Analysis analysis = ANALYSER.analyse(example.sql());
    assertThat(describe(analysis)).as("%s", analysis.uninspectable()).isEqualTo(example.expected());
    if (analysis.statementClass() == StatementClass.READ) {
      assertThat(analysis.isComplete()).isTrue();
      assertThat(analysis.reversible()).isEqualTo(Reversible.YES);
    }
    if (analysis.statementClass() == StatementClass.UNKNOWN) {
      assertThat(analysis.isComplete()).isFalse();
    }
  }

  /** Whatever stands around a dangerous statement, the whole is not a read. */
  @ParameterizedTest
  @MethodSource("corpus")
  void nothingDangerousBecomesReadBySomethingAroundIt(Example example) {
    boolean isOneWord = !example.sql().contains(" "); // which the disguise may turn into a column
    if (example.isRead() || isOneWord || StatementGate.refusal(example.sql()).isPresent()) {
      return;
    }
    List<String> disguises =
        List.of(
            "explain %s",
            "explain analyze %s",
            "select * from (%s) x",
            "with x as (%s) select 1",
            "select 1 union all (%s)",
            "select exists (%s)",
            "select 1 where 1 in (%s)",
            "values (1, (%s))",
            "select 1; %s",
            "select 1 order by (%s)",
            "select 1 from a, lateral (%s) b");
    for (String disguise : disguises) {
      String sql = disguise.formatted(example.sql());
      assertThat(ANALYSER.analyse(sql).statementClass()).as(sql).isNotEqualTo(StatementClass.READ);
    }
  }

  @Test
  void corpusIsLarge() {
    assertThat(corpus()).hasSizeGreaterThan(500).doesNotHaveDuplicates();
    assertThat(Corpus.reads()).hasSizeGreaterThan(200);
  }

  private static String describe(Analysis analysis) {
    String name = analysis.statementClass().wireName();
    boolean isUnknown = analysis.statementClass() == StatementClass.UNKNOWN;
    return name
        + (analysis.unboundedWrite() && !isUnknown ? "!" : "")
        + (!analysis.isComplete() && !isUnknown ? "?" : "");
  }
}
