package io.countersign.worker;

import com.codahale.metrics.health.HealthCheck;
import io.countersign.store.Database;
import io.dropwizard.core.setup.Environment;
import io.temporal.client.WorkflowClient;

/** What must work for this process to be of use. */
final class Health {
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
