package io.countersign.workflow;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Brings a preview's question to a worker; question and answer stay in our own table. */
@WorkflowInterface
public interface PreviewWorkflow {
  String TYPE = "Preview";

  @WorkflowMethod(name = TYPE)
  void run(String question);
}
