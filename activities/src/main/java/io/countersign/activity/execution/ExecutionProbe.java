package io.countersign.activity.execution;

import io.countersign.action.ActionId;

/** Where tests stop an execution to see what a crash at that instant leaves behind. */
public interface ExecutionProbe {
  ExecutionProbe NONE = (step, id) -> {};

  /** The instants of the protocol, in order; a read passes FENCED, RAN, PENDING and CLOSED. */
  enum Step {
    /** The control database gave us the fence. */
    FENCED,
    /** The marker is inserted, not committed. */
    MARKED,
    /** The control database knows the attempt. */
    RECORDED,
    /** The approved statement ran, not committed. */
    RAN,
    /** The control database holds the result, should the COMMIT succeed. */
    PENDING,
    /** The target has committed. */
    COMMITTED,
    /** Attempt, action and evidence are closed. */
    CLOSED
  }

  void reached(Step step, ActionId id);
}
