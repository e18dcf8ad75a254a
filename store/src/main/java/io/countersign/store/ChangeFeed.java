package io.countersign.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells who waits for an action that it changed, through PostgreSQL's LISTEN. A lost connection is
 * made again; every waiter is woken then, because changes may have been missed.
 */
public final class ChangeFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
  private static final int POLL_MILLIS = 10_000;

  private final DatabaseConfig config;
  private final ConcurrentHashMap<String, Set<CountDownLatch>> waiters = new ConcurrentHashMap<>();
  private final Set<Consumer<String>> subscribers = new CopyOnWriteArraySet<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Connection connection;

  public ChangeFeed(DatabaseConfig config) {
    this.config = config;
    this.thread = Thread.ofVirtual().name("change-feed").unstarted(this::listen);
  }

  public ChangeFeed start() {
    thread.start();
    return this;
  }

  /** Registers interest before the caller reads the state it wants to see change. */
  public Waiter watch(String actionId) {
    CountDownLatch latch = new CountDownLatch(1);
    waiters.computeIfAbsent(actionId, id -> ConcurrentHashMap.newKeySet()).add(latch);
    return new Waiter(actionId, latch);
  }

  /**
   * Calls back with the action id on every change, on the feed's thread: be short.
   *
   * @return takes the subscription back
   */
  public AutoCloseable subscribe(Consumer<String> subscriber) {
    subscribers.add(subscriber);
    return () -> subscribers.remove(subscriber);
  }

  /** One wait for the next change of one action. */
  public final class Waiter implements AutoCloseable {
    private final String actionId;
    private final CountDownLatch latch;

    private Waiter(String actionId, CountDownLatch latch) {
      this.actionId = actionId;
      this.latch = latch;
    }

    /** True if the action changed within the time. */
    public boolean await(Duration atMost) throws InterruptedException {
      return latch.await(Math.max(0, atMost.toMillis()), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      waiters.computeIfPresent(
          actionId,
          (id, latches) -> {
            latches.remove(latch);
            return latches.isEmpty() ? null : latches;
          });
    }
  }

  private void listen() {
    while (!closed) {
      try (Connection opened =
          DriverManager.getConnection(config.url(), config.user(), config.password())) {
        connection = opened;
        try (var statement = opened.createStatement()) {
          statement.execute("listen countersign_action");
        }
        wakeAll();
        PGConnection listening = opened.unwrap(PGConnection.class);
        while (!closed) {
          for (PGNotification notification : listening.getNotifications(POLL_MILLIS)) {
            changed(notification.getParameter());
          }
        }
      } catch (SQLException e) {
        pauseBeforeRetry(e);
      }
    }
  }

  private void pauseBeforeRetry(SQLException e) {
    if (closed) {
      return;
    }
    LOG.warn("change feed lost its connection, sqlstate {}; trying again", e.getSQLState());
    try {
      Thread.sleep(500);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private void changed(String actionId) {
    Set<CountDownLatch> latches = waiters.get(actionId);
    if (latches != null) {
      latches.forEach(CountDownLatch::countDown);
    }
    subscribers.forEach(subscriber -> subscriber.accept(actionId));
  }

  private void wakeAll() {
    waiters.values().forEach(latches -> latches.forEach(CountDownLatch::countDown));
  }

  @Override
  public void close() {
    closed = true;
    Connection open = connection;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("closing the change feed's connection failed, sqlstate {}", e.getSQLState());
      }
    }
  }
}
