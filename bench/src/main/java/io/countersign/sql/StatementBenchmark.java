package io.countersign.sql;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One thread analyses ordinary statements: each as if never seen before, or from the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
public class StatementBenchmark {
  private final List<String> statements = OrdinaryStatements.ALL;
  private final ParserPool pool = new ParserPool();
  private final StatementAnalyser forgetful = new StatementAnalyser(pool, 0);
  private final StatementAnalyser analyser = new StatementAnalyser(pool);
  private int next;

  /** Loads the parsers. */
  @Setup
  public void load() {
    if (!pool.awaitReady()) {
      throw new IllegalStateException("the parser could not be loaded");
    }
  }

  /** Ends the parsers' threads. */
  @TearDown
  public void close() {
    pool.close();
  }

  /** Parse and walk. */
  @Benchmark
  public Analysis firstTime() {
    return forgetful.analyse(statement());
  }

  /** The digest and the look-up. */
  @Benchmark
  public Analysis repeated() {
    return analyser.analyse(statement());
  }

  private String statement() {
    next = (next + 1) % statements.size();
    return statements.get(next);
  }
}
