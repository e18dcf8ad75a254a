package io.countersign.sql;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * One parser on its own thread, whose stack is deep enough for the grammar's recursion. Loading
 * starts at once, in the background. Used by one caller at a time.
 */
final class ParserWorker {
  private static final long STACK_BYTES = 32L << 20;

  private final ThreadPoolExecutor thread;
  private final Future<PgQuery> parser;

  ParserWorker(Supplier<PgQuery> load) {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread deep = new Thread(null, work, "sql-parser", STACK_BYTES);
              deep.setDaemon(true);
              return deep;
            });
    parser = thread.submit(load::get);
  }

  /** Parses within a time; after {@link ParserReply.Failed} this worker must be discarded. */
  ParserReply parse(String sql, long loadMillis, long parseMillis) throws InterruptedException {
    PgQuery loaded;
    try {
      loaded = parser.get(loadMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      return new ParserReply.Failed(ParserFailure.NOT_LOADED);
    }
    try {
      return thread.submit(() -> loaded.parse(sql)).get(parseMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new ParserReply.Failed(ParserFailure.TOO_SLOW);
    } catch (RejectedExecutionException e) {
      return new ParserReply.Failed(ParserFailure.CLOSED);
    } catch (ExecutionException e) {
      // The cause is left out: a trap, an exhausted stack or memory; its text may quote SQL.
      return new ParserReply.Failed(ParserFailure.TOO_LARGE);
    }
  }

  /** Interrupts the parse under way, which the compiled code heeds, and ends the thread. */
  void discard() {
    thread.shutdownNow();
  }
}
