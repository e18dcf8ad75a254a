package io.countersign.activity.export;

import io.countersign.activity.targets.ExecutionFault;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Does work on pieces in a thread of its own, at most a few pieces behind the one who puts them. A
 * failure there meets the next one put.
 */
public final class Behind<T> implements AutoCloseable {
  private static final int MOST_WAITING = 2;

  private final BlockingQueue<Optional<T>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final FutureTask<Boolean> work;
  private final Thread thread;

  /** What is done with each piece. */
  @FunctionalInterface
  public interface Step<T> {
    void take(T piece) throws ExecutionFault;
  }

  public Behind(String name, Step<T> step) {
    work = new FutureTask<>(() -> takeAll(step));
    thread = Thread.ofPlatform().name(name).daemon().start(work);
  }

  private boolean takeAll(Step<T> step) throws InterruptedException, ExecutionFault {
    Optional<T> piece = waiting.take();
    while (piece.isPresent()) {
      step.take(piece.get());
      piece = waiting.take();
    }
    return true;
  }

  /** Waits while too many pieces wait. */
  public void put(T piece) throws ExecutionFault {
    hand(Optional.of(piece));
  }

  /** Waits until the last piece is done. */
  public void finish() throws ExecutionFault {
    hand(Optional.empty());
    requireNoFailure();
  }

  private void hand(Optional<T> piece) throws ExecutionFault {
    try {
      while (!waiting.offer(piece, 100, TimeUnit.MILLISECONDS)) {
        if (work.isDone()) {
          requireNoFailure();
        }
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
    if (work.isDone()) {
      requireNoFailure();
    }
  }

  private void requireNoFailure() throws ExecutionFault {
    try {
      work.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ExecutionFault fault -> throw fault;
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("a piece of work was interrupted");
      }
    }
  }

  private static IllegalStateException interrupted() {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted");
  }

  /** Afterwards nothing is done any more, finished or not. */
  @Override
  public void close() {
    thread.interrupt();
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
