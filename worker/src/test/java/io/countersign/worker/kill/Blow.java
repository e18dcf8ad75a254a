package io.countersign.worker.kill;

/** What befalls the workers and servers of one round. */
enum Blow {
  /** The worker is killed while an execution stands at the step. */
  KILL_AT_STEP,
  /** The worker is killed a moment after an execution passed the step. */
  KILL_AFTER_STEP,
  /** The worker is killed whenever it happens to be. */
  KILL_ANYTIME,
  /** The worker stands still at the step, another one does the work, then the first one wakes. */
  STOP_AT_STEP,
  /** Two workers execute the same at once. */
  RACE,
  /** Two workers execute the same at once, and one of them is killed. */
  RACE_AND_KILL,
  /** The target goes down as in a power cut, and the worker goes on when it is back. */
  TARGET_CRASH_AT_STEP,
  /** The target goes down as in a power cut, and the worker with it. */
  TARGET_CRASH_AND_KILL,
  TARGET_CRASH_ANYTIME,
  CONTROL_CRASH_AT_STEP,
  CONTROL_CRASH_ANYTIME,
  /** The target ends the worker's connections. */
  CUT_AT_STEP,
  /** The connection breaks when COMMIT is sent, before it arrives. */
  COMMIT_LOST,
  /** The connection breaks after the target committed, before its answer arrives. */
  REPLY_LOST;

  boolean hasStep() {
    return switch (this) {
      case KILL_AT_STEP,
          KILL_AFTER_STEP,
          STOP_AT_STEP,
          TARGET_CRASH_AT_STEP,
          TARGET_CRASH_AND_KILL,
          CONTROL_CRASH_AT_STEP,
          CUT_AT_STEP ->
          true;
      case KILL_ANYTIME,
          RACE,
          RACE_AND_KILL,
          TARGET_CRASH_ANYTIME,
          CONTROL_CRASH_ANYTIME,
          COMMIT_LOST,
          REPLY_LOST ->
          false;
    };
  }
}
