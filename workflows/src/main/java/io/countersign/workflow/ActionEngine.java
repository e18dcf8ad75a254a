package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.common.SearchAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starting and reaching workflows. Nothing here waits longer than its own deadline: the truth is in
 * our tables, and the reconciler brings late what could not be brought now.
 */
public final class ActionEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ActionEngine.class);
  private static final Duration VOTE_DEADLINE = Duration.ofSeconds(10);
  private static final Duration PREVIEW_DEADLINE = Duration.ofSeconds(15);

  private final WorkflowClient client;
  private final String taskQueue;
  private final String publicUrl;
  // Not the common pool: on two cores it has one thread, and a blocked one hangs everybody.
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();

  public ActionEngine(WorkflowClient client, String taskQueue, String publicUrl) {
    this.client = client;
    this.taskQueue = taskQueue;
    this.publicUrl = publicUrl;
  }

  /**
   * Starts the action's workflow; does nothing where one is running.
   *
   * @param requester an agent's id, or {@code person}: operators see no names
   * @return false where the engine did not take it; the reconciler will try again
   */
  public boolean start(ActionId id, String kind, String target, Digest digest, String requester) {
    WorkflowOptions options =
        WorkflowOptions.newBuilder()
            .setWorkflowId(id.value())
            .setTaskQueue(taskQueue)
            .setWorkflowIdConflictPolicy(
                WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
            .setWorkflowIdReusePolicy(
                WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
            .setStaticSummary(kind + " on " + target)
            .setMemo(Map.of("digest", digest.value()))
            .setTypedSearchAttributes(
                SearchAttributes.newBuilder()
                    .set(OperatorView.STATUS, "EVALUATING")
                    .set(OperatorView.KIND, kind)
                    .set(OperatorView.TARGET, target)
                    .set(OperatorView.REQUESTER, requester)
                    .build())
            .build();
    ActionRef ref = new ActionRef(id, kind, target, publicUrl + "/actions/" + id);
    try {
      client.newUntypedWorkflowStub(ActionWorkflow.TYPE, options).start(ref);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("workflow of {} not started: {}", id, e.getClass().getSimpleName());
      return false;
    }
  }

  /** How a vote fared on its way to the workflow. */
  public sealed interface Delivery {
    /** The workflow answered. */
    record Answered(VoteReceipt receipt) implements Delivery {}

    /** No workflow of that id is running. */
    record NoWorkflow() implements Delivery {}

    /** No answer in time; the ballot stays and is brought again. */
    record Unanswered() implements Delivery {}
  }

  /** Brings a vote to the workflow; repeating it is harmless. */
  public Delivery vote(SealedVote vote) {
    WorkflowStub workflow = client.newUntypedWorkflowStub(vote.actionId().value());
    UpdateOptions<VoteReceipt> options =
        UpdateOptions.newBuilder(VoteReceipt.class)
            .setUpdateName("vote")
            .setUpdateId(vote.voteId())
            .setWaitForStage(WorkflowUpdateStage.COMPLETED)
            .build();
    Future<VoteReceipt> answer =
        calls.submit(() -> workflow.startUpdate(options, vote).getResult());
    try {
      return new Delivery.Answered(answer.get(VOTE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkflowNotFoundException) {
        return new Delivery.NoWorkflow();
      }
      LOG.warn("vote {} not answered: {}", vote.voteId(), name(e.getCause()));
      return new Delivery.Unanswered();
    } catch (TimeoutException e) {
      answer.cancel(true);
      return new Delivery.Unanswered();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Delivery.Unanswered();
    }
  }

  /**
   * Lets a worker answer a preview's question.
   *
   * @return false where no worker did in time
   */
  public boolean preview(String question) {
    WorkflowOptions options =
        WorkflowOptions.newBuilder()
            .setWorkflowId("preview-" + question)
            .setTaskQueue(taskQueue)
            .setWorkflowExecutionTimeout(PREVIEW_DEADLINE)
            .build();
    Future<Boolean> answered =
        calls.submit(
            () -> {
              WorkflowStub workflow = client.newUntypedWorkflowStub(PreviewWorkflow.TYPE, options);
              workflow.start(question);
              workflow.getResult(Void.class);
              return true;
            });
    try {
      return answered.get(PREVIEW_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      LOG.warn("preview {} not answered: {}", question, name(e.getCause()));
      return false;
    } catch (TimeoutException e) {
      answered.cancel(true);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Tells the workflow that the action's row changed; lost signals do no harm. */
  public void look(ActionId id) {
    signal(id, "look");
  }

  /** The same; where no workflow runs any more, one starts and finds the action as it is. */
  public void lookOrStart(
      ActionId id, String kind, String target, Digest digest, String requester) {
    if (!signal(id, "look")) {
      start(id, kind, target, digest, requester);
    }
  }

  /** Asks the worker to open Slack's dialog for a denial's reason. */
  public void askReason(ActionId id, String triggerId) {
    signal(id, "askReason", triggerId);
  }

  private boolean signal(ActionId id, String name, Object... arguments) {
    try {
      client.newUntypedWorkflowStub(id.value()).signal(name, arguments);
      return true;
    } catch (RuntimeException e) {
      LOG.info("signal {} to {} not delivered: {}", name, id, e.getClass().getSimpleName());
      return false;
    }
  }

  private static String name(@Nullable Throwable cause) {
    return Optional.ofNullable(cause).map(c -> c.getClass().getSimpleName()).orElse("unknown");
  }

  @Override
  public void close() {
    calls.shutdownNow();
  }
}
