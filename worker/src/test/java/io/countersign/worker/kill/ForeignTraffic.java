package io.countersign.worker.kill;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Strangers who use the target: their transactions consume ids, commit, roll back and hold rows.
 */
final class ForeignTraffic implements AutoCloseable {
  private static final int CLIENTS = 2;
  private static final long PAUSE_NANOS = 5_000_000;

  private final TargetSide target;
  private volatile boolean busy;
  private volatile boolean closed;

  ForeignTraffic(TargetSide target, long seed) {
    this.target = target;
    for (int client = 0; client < CLIENTS; client++) {
      var random = new Random(seed + client);
      Thread.ofVirtual().start(() -> work(random));
    }
  }

  /** Whether they work now; while they rest, nobody flushes the log of the target but us. */
  void busy(boolean now) {
    busy = now;
  }

  /** Commits that many transactions at once: after a crash they get the ids that were lost. */
  void burst(int transactions) {
    try (Connection connection = target.connect();
        var statement = connection.createStatement()) {
      for (int i = 0; i < transactions; i++) {
        statement.execute("insert into foreign_work (what) values ('burst')");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void work(Random random) {
    while (!closed) {
      if (busy) {
        try (Connection connection = target.connect()) {
          connection.setAutoCommit(false);
          while (busy && !closed) {
            transaction(connection, random);
          }
        } catch (SQLException e) {
          // The target is down; strangers come back, too.
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static void transaction(Connection connection, Random random) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("insert into foreign_work (what) values ('work')");
      if (random.nextInt(4) == 0) {
        statement.execute("update hot set times = times where id = 1");
      }
      LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
      if (random.nextInt(3) == 0) {
        connection.rollback();
      } else {
        connection.commit();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
