package io.countersign.worker.engine;

import io.countersign.activity.judging.FingerprintTest;
import io.countersign.store.DatabaseConfig;
import org.jspecify.annotations.Nullable;

/** The same on the PostgreSQL that the distribution installed, where there is one. */
class DebianFingerprintTest extends FingerprintTest {
  private static @Nullable DebianPostgres server;

  @Override
  protected DatabaseConfig emptyDatabase(String name) {
    DebianPostgres running = server;
    if (running == null) {
      running = DebianPostgres.startOrSkip();
      server = running;
    }
    return new DatabaseConfig(running.jdbcUrl(name), running.user(), running.password());
  }
}
