package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ParserPoolTest {
  private static final ParserReply TOO_SLOW = new ParserReply.Failed(ParserFailure.TOO_SLOW);
  private static final ParserPool POOL = new ParserPool(2, Duration.ofSeconds(3));

  @AfterAll
  static void close() {
    POOL.close();
  }

  @Test
  void statementBecomesTreeAndTokens() {
    assertThat(POOL.parse("select 1"))
        .isInstanceOfSatisfying(
            ParserReply.Parsed.class,
            parsed -> {
              assertThat(parsed.tree()).contains("SelectStmt");
              assertThat(parsed.scan()).contains("ICONST");
            });
  }

  @Test
  void syntaxErrorSaysWhereAndNothingElse() {
    assertThat(POOL.parse("select 'secret' from from")).isEqualTo(new ParserReply.Refused(22));
  }

  static List<String> hostile() {
    return List.of(
        "select " + "(".repeat(10_000) + "1" + ")".repeat(10_000),
        "(".repeat(65_536),
        "-".repeat(65_536),
        "select " + "- ".repeat(30_000) + "1",
        "select " + "not ".repeat(16_000) + "true",
        "select 1" + "+1".repeat(30_000),
        "select " + "[".repeat(60_000),
        "select array" + "[".repeat(20_000) + "]".repeat(20_000),
        "select * from t where id in (1" + ",1".repeat(32_000) + ")",
        "select 'unterminated",
        "select $$unterminated",
        "select \"unterminated",
        "select 1 /* unterminated /* twice */",
        "/*".repeat(32_000),
        "select 1 " + "/**/".repeat(16_000),
        "select 1 " + "/*".repeat(16_000) + "*/".repeat(16_000),
        "select 1 " + "--\n".repeat(20_000),
        "select " + "x,".repeat(32_000) + "x",
        "insert into t values (1)" + ",(1)".repeat(16_000),
        "select " + "f(".repeat(20_000) + ")".repeat(20_000),
        "select 1;".repeat(7_000),
        "'".repeat(65_536),
        "+".repeat(65_536),
        "x".repeat(65_536),
        "select 1 union all ".repeat(3_000) + "select 1",
        "select case when true then ".repeat(2_000) + "1",
        "select * from (".repeat(4_000) + "select 1" + ")".repeat(4_000));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileStatementLeavesThePoolUsable(String sql) {
    assertThat(POOL.parse(sql)).isNotNull();
    assertThat(POOL.parse("select 1")).isInstanceOf(ParserReply.Parsed.class);
    assertThat(POOL.parse("select 2")).isInstanceOf(ParserReply.Parsed.class);
  }

  @Test
  void slowStatementIsFailedAndItsParserReplaced() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    Supplier<PgQuery> load =
        () -> {
          threads.add(Thread.currentThread());
          return new PgQuery();
        };
    try (ParserPool pool = new ParserPool(1, Duration.ofMillis(1), load)) {
      String slow = "select 1" + "+1".repeat(5_000);
      assertThat(pool.parse(slow)).isEqualTo(TOO_SLOW);
      assertThat(pool.parse(slow)).isEqualTo(TOO_SLOW);
      assertThat(threads).hasSizeGreaterThan(1);
      assertThat(threads.getFirst().join(Duration.ofSeconds(20)))
          .as("the interrupted parse ends")
          .isTrue();
    }
  }

  @Test
  void longStatementsLeaveAParserToOrdinaryOnes() throws Exception {
    String slow = "select 1 " + "/**/".repeat(16_000);
    try (ParserPool pool = new ParserPool(2, Duration.ofSeconds(2));
        ExecutorService senders = Executors.newFixedThreadPool(6)) {
      assertThat(pool.awaitReady()).isTrue();
      List<Future<ParserReply>> hostile = new ArrayList<>();
      CountDownLatch sent = new CountDownLatch(6);
      for (int i = 0; i < 6; i++) {
        hostile.add(
            senders.submit(
                () -> {
                  sent.countDown();
                  return pool.parse(slow);
                }));
      }
      sent.await();
      int answered = 0;
      // With more slow ones left than parsers, an ordinary one finds a free parser by right only.
      while (hostile.stream().filter(reply -> !reply.isDone()).count() > 2) {
        assertThat(pool.parse("select 1")).isInstanceOf(ParserReply.Parsed.class);
        answered++;
      }
      assertThat(answered).as("while slow ones took two seconds each").isGreaterThan(50);
      for (Future<ParserReply> reply : hostile) {
        assertThat(reply.get()).isInstanceOf(ParserReply.Failed.class);
      }
      ParserMetrics metrics = pool.metrics();
      assertThat(metrics.parsed()).isEqualTo(answered + 1);
      assertThat(metrics.failed()).containsEntry("too_slow", metrics.replaced());
      assertThat(metrics.failed().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(6);
      assertThat(metrics.replaced()).isPositive();
      assertThat(metrics.size()).isEqualTo(2);
    }
  }

  @Test
  void closedPoolFailsEveryStatement() {
    ParserPool pool = new ParserPool(1, Duration.ofSeconds(3));
    assertThat(pool.awaitReady()).isTrue();
    pool.close();
    assertThat(pool.parse("select 1")).isEqualTo(new ParserReply.Failed(ParserFailure.CLOSED));
    assertThat(pool.awaitReady()).isFalse();
  }

  @Test
  void parserThatDoesNotLoadFailsEveryStatement() {
    try (ParserPool pool =
        new ParserPool(
            1,
            Duration.ofSeconds(1),
            () -> {
              throw new IllegalStateException("broken");
            })) {
      assertThat(pool.parse("select 1")).isInstanceOf(ParserReply.Failed.class);
    }
  }

  @Test
  void eightThreadsGetTheirOwnAnswers() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<ParserReply>> replies = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        String sql = "select column_" + i + " from table_" + i;
        replies.add(threads.submit(() -> POOL.parse(sql)));
      }
      for (int i = 0; i < replies.size(); i++) {
        assertThat(replies.get(i).get())
            .isInstanceOf(ParserReply.Parsed.class)
            .extracting(reply -> ((ParserReply.Parsed) reply).tree())
            .asString()
            .contains("\"column_" + i + "\"", "\"table_" + i + "\"");
      }
    }
  }
}
