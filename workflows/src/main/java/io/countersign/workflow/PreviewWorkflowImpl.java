package io.countersign.workflow;

import io.temporal.workflow.Workflow;

/** One question, one answer. */
public final class PreviewWorkflowImpl implements PreviewWorkflow {
  private final PreviewActivities preview =
      Workflow.newLocalActivityStub(PreviewActivities.class, ActivityTerms.PREVIEW);

  @Override
  public void run(String question) {
    preview.answer(question);
  }
}
