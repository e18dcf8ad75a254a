package io.countersign.policy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.Map;

/** A rule's compiled {@code when}. Safe to ask from many threads. */
record Condition(Program program, CelAbstractSyntaxTree tree) {

  /** A condition that could not be evaluated is neither true nor false: the judge errs on it. */
  enum Answer {
    YES,
    NO,
    FAILED
  }

  Answer ask(Map<String, Object> facts) {
    try {
      // A missing top-level variable does not throw, it yields an unknown set.
      return program.eval(facts) instanceof Boolean holds
          ? (holds ? Answer.YES : Answer.NO)
          : Answer.FAILED;
    } catch (CelEvaluationException | RuntimeException e) {
      return Answer.FAILED;
    }
  }
}
