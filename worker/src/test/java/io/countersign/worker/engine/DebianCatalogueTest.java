package io.countersign.worker.engine;

import io.countersign.activity.judging.TargetCatalogueTest;
import io.countersign.store.DatabaseConfig;

/** The same on the PostgreSQL that the distribution installed, where there is one. */
class DebianCatalogueTest extends TargetCatalogueTest {
  @Override
  protected DatabaseConfig emptyDatabase() {
    DebianPostgres postgres = DebianPostgres.startOrSkip();
    return new DatabaseConfig(postgres.jdbcUrl("catalogue"), postgres.user(), postgres.password());
  }
}
