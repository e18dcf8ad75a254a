package io.countersign.worker;

import com.codahale.metrics.health.HealthCheck;
import io.countersign.store.Database;
import io.countersign.store.integration.Integrator;
import io.dropwizard.core.setup.Environment;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.time.InstantSource;

/** What must work for this process to be of use. */
final class Health {
  private static final Duration EVIDENCE_LATE = Duration.ofSeconds(10);

  private Health() {}

  static void register(
      Environment environment, Database database, WorkflowClient client, CountersignConfig config) {
    environment
        .healthChecks()
        .register(
            "database",
            check(() -> database.jdbi().useHandle(handle -> handle.execute("select 1"))));
    if (config.temporal() != null) {
      environment
          .healthChecks()
          .register("temporal", check(() -> client.getWorkflowServiceStubs().healthCheck()));
    }
  }

  /** Evidence that waits too long for its checkpoint is an outage, not a delay. */
  static void register(Environment environment, Integrator integrator, InstantSource clock) {
    environment
        .healthChecks()
        .register(
            "evidence",
            check(
                () -> {
                  if (integrator.lastSuccess().plus(EVIDENCE_LATE).isBefore(clock.instant())) {
                    throw new IllegalStateException("evidence waits");
                  }
                }));
  }

  private static HealthCheck check(Runnable probe) {
    return new HealthCheck() {
      @Override
      protected Result check() {
        try {
          probe.run();
          return Result.healthy();
        } catch (RuntimeException e) {
          // The message of a driver can quote data; its class says enough.
          return Result.unhealthy(e.getClass().getSimpleName());
        }
      }
    };
  }
}
