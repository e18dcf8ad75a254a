package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Digest;
import io.countersign.sql.Analysis.Span;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnalysisCacheTest {
  @Test
  void oldestUnusedEntryMakesRoom() {
    AnalysisCache cache = new AnalysisCache(2);
    Analysis analysis = analysis(1);
    cache.add(Digest.sha256("a"), analysis);
    cache.add(Digest.sha256("b"), analysis);
    assertThat(cache.find(Digest.sha256("a"))).isPresent();
    cache.add(Digest.sha256("c"), analysis);
    assertThat(cache.size()).isEqualTo(2);
    assertThat(cache.find(Digest.sha256("a"))).isPresent();
    assertThat(cache.find(Digest.sha256("b"))).isEmpty();
  }

  @Test
  void hugeAnalysisIsNotKept() {
    AnalysisCache cache = new AnalysisCache(2);
    cache.add(Digest.sha256("a"), analysis(5_000));
    assertThat(cache.size()).isZero();
  }

  private static Analysis analysis(int literals) {
    return new Analysis(
        StatementClass.READ,
        1,
        "Read",
        List.of(),
        List.of(),
        false,
        List.of(),
        List.of(),
        List.of(),
        false,
        Reversible.YES,
        List.of(),
        List.of(),
        Collections.nCopies(literals, new Span(0, 1)),
        List.of(),
        List.of(),
        Mentions.NONE);
  }
}
