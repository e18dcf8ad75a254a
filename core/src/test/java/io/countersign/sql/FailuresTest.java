package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Digest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static final Digest STATEMENT = Digest.sha256("select 1");

  @Test
  void failedStatementIsAnsweredTwentyTimesThenTriedAgain() {
    Failures failures = new Failures(2);
    failures.add(STATEMENT, ParserFailure.TOO_SLOW);
    for (int i = 0; i < 20; i++) {
      assertThat(failures.find(STATEMENT)).contains(ParserFailure.TOO_SLOW);
    }
    assertThat(failures.find(STATEMENT)).isEmpty();
  }

  @Test
  void whatTheStatementDidNotCauseIsNotHeldAgainstIt() {
    Failures failures = new Failures(2);
    failures.add(STATEMENT, ParserFailure.BUSY);
    assertThat(failures.find(STATEMENT)).isEmpty();
  }

  @Test
  void oldestFailureMakesRoom() {
    Failures failures = new Failures(1);
    failures.add(STATEMENT, ParserFailure.TOO_LARGE);
    failures.add(Digest.sha256("select 2"), ParserFailure.TOO_LARGE);
    assertThat(failures.find(STATEMENT)).isEmpty();
    assertThat(failures.find(Digest.sha256("select 2"))).isPresent();
  }

  @Test
  void repeatedSlowStatementUsesOneParserOnce() {
    String slow = "select 1" + "+1".repeat(20_000);
    try (ParserPool pool = new ParserPool(1, Duration.ofMillis(1))) {
      StatementAnalyser analyser = new StatementAnalyser(pool);
      Analysis first = analyser.analyse(slow);
      assertThat(first.statementClass()).isEqualTo(StatementClass.UNKNOWN);
      assertThat(analyser.analyse(slow).uninspectable()).isEqualTo(first.uninspectable());
      assertThat(pool.metrics().replaced()).isEqualTo(1);
    }
  }

  @Test
  void manyCommentsInALongTextAreNotParsed() {
    try (ParserPool pool = new ParserPool(1, Duration.ofSeconds(3))) {
      StatementAnalyser analyser = new StatementAnalyser(pool);
      for (String comment : new String[] {"/**/", "--\n"}) {
        Analysis analysis = analyser.analyse("select 1 " + comment.repeat(15_000));
        assertThat(analysis.statementClass()).isEqualTo(StatementClass.UNKNOWN);
      }
      assertThat(pool.metrics().parsed()).isZero();
      assertThat(analyser.analyse("select 1 " + "/**/\n--\n".repeat(100)).statementClass())
          .isEqualTo(StatementClass.READ);
    }
  }

  @Test
  void deepestTreeLeavesASmallStackWhole() throws Exception {
    try (ParserPool pool = new ParserPool()) {
      StatementAnalyser analyser = new StatementAnalyser(pool);
      for (int depth = 50; depth <= 3200; depth *= 2) {
        String deep = "select 1" + "+1".repeat(depth);
        Analysis[] analysis = new Analysis[1];
        Runnable work = () -> analysis[0] = analyser.analyse(deep);
        Thread small = new Thread(null, work, "small", 128 << 10);
        small.start();
        small.join();
        assertThat(analysis[0]).as("depth %d", depth).isNotNull();
        analysis[0] = null;
        Thread.ofVirtual().start(() -> analysis[0] = analyser.analyse(deep + "+1")).join();
        assertThat(analysis[0]).as("depth %d", depth).isNotNull();
      }
    }
  }
}
