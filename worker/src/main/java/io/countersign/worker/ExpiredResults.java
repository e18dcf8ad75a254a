package io.countersign.worker;

import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.dropwizard.core.setup.Environment;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes stored results and files whose time is over, every minute. */
record ExpiredResults(ResultVault results, ArtifactVault artifacts) {
  private static final Logger LOG = LoggerFactory.getLogger(ExpiredResults.class);

  void start(Environment environment) {
    environment
        .lifecycle()
        .scheduledExecutorService("expired-results")
        .threads(1)
        .build()
        .scheduleWithFixedDelay(this::delete, 1, 60, TimeUnit.SECONDS);
  }

  private void delete() {
    try {
      int deleted = results.deleteExpired() + artifacts.deleteExpired();
      LOG.debug("deleted {} expired results", deleted);
    } catch (RuntimeException e) {
      LOG.warn("expired results were not deleted: {}", e.getClass().getSimpleName());
    }
  }
}
