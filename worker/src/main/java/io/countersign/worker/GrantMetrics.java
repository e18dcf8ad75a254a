package io.countersign.worker;

import com.codahale.metrics.health.HealthCheck;
import io.countersign.store.action.RoleGrantDao;
import io.countersign.store.action.RoleGrantDao.Count;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Roles that are granted now, and those that could not be taken back in time. */
final class GrantMetrics extends Collector {
  private static final Logger LOG = LoggerFactory.getLogger(GrantMetrics.class);
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Jdbi jdbi;
  private final InstantSource clock;

  GrantMetrics(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    try {
      Count count = count();
      return List.of(
          new GaugeMetricFamily(
              "countersign_grants_in_force", "Roles granted for a while", count.inForce()),
          new GaugeMetricFamily(
              "countersign_grants_overdue",
              "Granted roles that should be taken back and are not",
              count.overdue()));
    } catch (RuntimeException e) {
      LOG.warn("granted roles could not be counted: {}", e.getClass().getSimpleName());
      return List.of();
    }
  }

  HealthCheck health() {
    return new HealthCheck() {
      @Override
      protected Result check() {
        try {
          long overdue = count().overdue();
          // The process works on: a restart would not take them back either.
          return overdue == 0
              ? Result.healthy()
              : Result.healthy("%d granted roles could not be taken back in time", overdue);
        } catch (RuntimeException e) {
          return Result.unhealthy(e.getClass().getSimpleName());
        }
      }
    };
  }

  private Count count() {
    return jdbi.withExtension(
        RoleGrantDao.class, grants -> grants.count(clock.instant().minus(LATE)));
  }
}
