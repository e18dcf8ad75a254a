package io.countersign.activity;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.workflow.ExecutionActivities;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import java.time.Duration;

/**
 * Tells Temporal every two seconds that an execution is alive, so that a killed worker is noticed
 * within seconds. A missed heartbeat stops nothing: the fence decides who may record.
 */
public final class HeartbeatingExecution implements ExecutionActivities {
  private static final Duration BEAT = Duration.ofSeconds(2);

  private final ExecutionActivities execution;

  public HeartbeatingExecution(ExecutionActivities execution) {
    this.execution = execution;
  }

  @Override
  public Executed execute(ActionId id, Digest permitted) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    Thread heart = Thread.ofVirtual().name("heartbeat").start(() -> beat(context));
    try {
      return execution.execute(id, permitted);
    } finally {
      heart.interrupt();
    }
  }

  private static void beat(ActivityExecutionContext context) {
    try {
      while (true) {
        Thread.sleep(BEAT);
        context.heartbeat(null);
      }
    } catch (InterruptedException | ActivityCompletionException over) {
      // The execution has ended, or another attempt has begun: nothing is left to say.
    }
  }
}
