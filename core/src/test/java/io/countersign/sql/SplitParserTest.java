package io.countersign.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.wasm.Parser;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The build cuts the parser's large functions into pieces; the original is the measure. */
class SplitParserTest {
  private static final Path ORIGINAL = Path.of("target/parser/libpg-query.wasm");

  @Test
  void splitParserAnswersLikeTheOriginal() throws Exception {
    Thread deep = new Thread(null, SplitParserTest::compare, "deep", 256 << 20);
    Throwable[] failure = new Throwable[1];
    deep.setUncaughtExceptionHandler((thread, thrown) -> failure[0] = thrown);
    deep.start();
    deep.join();
    assertThat(failure[0]).isNull();
  }

  private static void compare() {
    PgQuery original = new PgQuery(Parser.parse(ORIGINAL), InterpreterMachine::new);
    PgQuery split = new PgQuery();
    List<String> statements = statements();
    for (String sql : statements) {
      assertThat(split.parse(sql)).as(sql).isEqualTo(original.parse(sql));
    }
    assertThat(statements).hasSizeGreaterThan(300);
  }

  private static List<String> statements() {
    Stream<String> corpus = Corpus.examples().stream().map(Corpus.Example::sql);
    Stream<String> shapes =
        Stream.of(
            "select 1" + "+1".repeat(300),
            "select " + "(".repeat(100) + "1" + ")".repeat(100),
            "select 1 union all ".repeat(50) + "select 1",
            "select 1 from a where b in (1" + ",2".repeat(300) + ")",
            "select 9223372036854775807, 9223372036854775808, 0x1F, 1e10, 1.5, 'ü', $1, b'1', null",
            "select 'unterminated",
            "");
    return Stream.concat(corpus, shapes).filter(sql -> sql.indexOf('\0') < 0).toList();
  }
}
