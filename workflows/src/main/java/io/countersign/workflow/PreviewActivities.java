package io.countersign.workflow;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Judging a proposal that nobody made: only the worker can ask a target's catalogue. */
@ActivityInterface(namePrefix = "Preview")
public interface PreviewActivities {

  /** Answers a question; one that was withdrawn meanwhile is left alone. */
  @ActivityMethod
  void answer(String question);
}
