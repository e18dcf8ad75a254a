package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.activity.export.ExportProgress;
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
  private final ExportProgress progress;

  /**
   * @param progress that operators see beside the heartbeat
   */
  public HeartbeatingExecution(ExecutionActivities execution, ExportProgress progress) {
    this.execution = execution;
    this.progress = progress;
  }

  @Override
  public Executed execute(ActionId id, Digest permitted) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    Thread heart = Thread.ofVirtual().name("heartbeat").start(() -> beat(context, id));
    try {
      return execution.execute(id, permitted);
    } finally {
      heart.interrupt();
    }
  }

  private void beat(ActivityExecutionContext context, ActionId id) {
    try {
      while (true) {
        Thread.sleep(BEAT);
        context.heartbeat(progress.of(id));
      }
    } catch (InterruptedException | ActivityCompletionException over) {
      // The execution has ended, or another attempt has begun: nothing is left to say.
    }
  }
}
