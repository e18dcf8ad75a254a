package io.countersign.worker;

import io.countersign.workflow.TemporalConnection;
import io.temporal.client.WorkflowClient;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;

/**
 * Temporal's test server inside this process: in memory and for development only. Actions survive a
 * restart because the reconciler starts them again from our own tables.
 */
final class EmbeddedEngine implements AutoCloseable {
  private final TestWorkflowEnvironment environment;

  EmbeddedEngine() {
    this.environment =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder().setUseTimeskipping(false).build());
    TemporalConnection.searchAttributes().forEach(environment::registerSearchAttribute);
  }

  WorkflowClient client() {
    return environment.getWorkflowClient();
  }

  @Override
  public void close() {
    environment.close();
  }
}
