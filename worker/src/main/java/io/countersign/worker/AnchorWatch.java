package io.countersign.worker;

import com.codahale.metrics.health.HealthCheck;
import io.countersign.store.anchor.Anchors;
import io.dropwizard.core.setup.Environment;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares the log with its anchors every hour, and tells operators how they stand. */
final class AnchorWatch extends Collector {
  private static final Logger LOG = LoggerFactory.getLogger(AnchorWatch.class);

  private final Anchors anchors;

  AnchorWatch(Anchors anchors) {
    this.anchors = anchors;
  }

  /** For a process that signs. */
  void start(Environment environment) {
    environment.healthChecks().register("anchors", health());
    environment
        .lifecycle()
        .scheduledExecutorService("audit-anchors")
        .threads(1)
        .build()
        .scheduleWithFixedDelay(this::check, 1, 1, TimeUnit.HOURS);
  }

  private void check() {
    try {
      anchors.check();
    } catch (RuntimeException e) {
      LOG.warn("the log was not compared: {}", e.getClass().getSimpleName());
    }
  }

  private HealthCheck health() {
    return new HealthCheck() {
      @Override
      protected Result check() {
        // A restart helps no file that cannot be written; it would only end this process too.
        return anchors
            .disagreement()
            .map(Result::unhealthy)
            .orElseGet(() -> Result.healthy(standing()));
      }
    };
  }

  private String standing() {
    if (!anchors.failing().isEmpty()) {
      return "failing: " + anchors.failing();
    }
    if (anchors.isNone()) {
      return "no anchor is configured"
          + (anchors.isUnanchored() ? "" : " that is read back")
          + ": a restored backup would not be noticed";
    }
    return anchors.newest() + " entries are anchored";
  }

  @Override
  public List<MetricFamilySamples> collect() {
    if (anchors.isUnanchored()) {
      return List.of();
    }
    return List.of(
        new GaugeMetricFamily(
            "countersign_anchor_contradicts",
            "1 when an anchor saw another log than the one stored; nothing is signed then",
            anchors.disagreement().isPresent() ? 1 : 0),
        new GaugeMetricFamily(
            "countersign_anchor_failing",
            "Anchors that could not be read or written when last tried",
            anchors.failing().size()),
        new GaugeMetricFamily(
            "countersign_anchor_entries", "Entries that an anchor has seen", anchors.newest()));
  }
}
