package io.countersign.sql;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A fixed number of parsers, each borrowed by one caller at a time. A parser that trapped, ran out
 * of stack or of time is replaced, and its statement answered as failed. The constructor returns at
 * once: parsers load on their own threads.
 */
public final class ParserPool implements AutoCloseable {
  private static final Duration LOAD_TIME = Duration.ofSeconds(30);
  private static final Duration QUEUE_TIME = Duration.ofSeconds(10);

  private static final int SHORT = 4096;
  private static final int MOST_WAITING = 16;

  private final Duration parseTime;
  private final int size;
  private final Semaphore longOnes;
  private final ParserTally tally = new ParserTally();
  private final Supplier<PgQuery> load;
  private final BlockingQueue<ParserWorker> idle;
  private final List<ParserWorker> workers = new ArrayList<>();
  private boolean closed;

  /** Two parsers and five seconds a statement. */
  public ParserPool() {
    this(2, Duration.ofSeconds(5));
  }

  public ParserPool(int size, Duration parseTime) {
    this(size, parseTime, PgQuery::new);
  }

  ParserPool(int size, Duration parseTime, Supplier<PgQuery> load) {
    this.parseTime = parseTime;
    this.load = load;
    this.size = size;
    idle = new ArrayBlockingQueue<>(size, true);
    longOnes = new Semaphore(Math.max(1, size - 1), true);
    for (int i = 0; i < size; i++) {
      addWorker();
    }
  }

  /**
   * Waits at most ten seconds for a free parser. One parser is kept for short statements, so that
   * long ones, however many, do not hold up the others.
   */
  ParserReply parse(String sql) {
    try {
      return tally.count(sql.length() > SHORT ? parseLong(sql) : parseNext(sql));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return tally.count(new ParserReply.Failed(ParserFailure.INTERRUPTED));
    }
  }

  private ParserReply parseLong(String sql) throws InterruptedException {
    boolean isFull = longOnes.getQueueLength() >= MOST_WAITING;
    if (isFull || !longOnes.tryAcquire(QUEUE_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
      return new ParserReply.Failed(ParserFailure.BUSY);
    }
    try {
      return parseNext(sql);
    } finally {
      longOnes.release();
    }
  }

  private ParserReply parseNext(String sql) throws InterruptedException {
    if (isClosed()) {
      return new ParserReply.Failed(ParserFailure.CLOSED);
    }
    ParserWorker worker = idle.poll(QUEUE_TIME.toMillis(), TimeUnit.MILLISECONDS);
    return worker == null ? new ParserReply.Failed(ParserFailure.BUSY) : parseWith(worker, sql);
  }

  /** What the pool did so far. */
  public ParserMetrics metrics() {
    return tally.metrics(size - idle.size(), size);
  }

  private ParserReply parseWith(ParserWorker worker, String sql) throws InterruptedException {
    boolean reusable = false;
    try {
      ParserReply reply = worker.parse(sql, LOAD_TIME.toMillis(), parseTime.toMillis());
      reusable = !(reply instanceof ParserReply.Failed);
      return reply;
    } finally {
      if (reusable) {
        idle.add(worker);
      } else {
        replace(worker);
      }
    }
  }

  /** Waits until one parser is loaded; false if none could be. */
  public boolean awaitReady() {
    return parse("select 1") instanceof ParserReply.Parsed;
  }

  private synchronized void replace(ParserWorker worker) {
    worker.discard();
    workers.remove(worker);
    tally.replaced();
    if (!closed) {
      addWorker();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void addWorker() {
    ParserWorker worker = new ParserWorker(load);
    workers.add(worker);
    idle.add(worker);
  }

  @Override
  public synchronized void close() {
    closed = true;
    workers.forEach(ParserWorker::discard);
  }
}
