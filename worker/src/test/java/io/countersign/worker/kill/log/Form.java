package io.countersign.worker.kill.log;

/** Which integrator runs: ours, or one that many would write and that exists to be caught. */
enum Form {
  OURS,
  /** Gives the checkpoint to the anchor before the log holds it for good. */
  ANCHOR_FIRST,
  /** Empties the outbox up to the highest id it saw, as if ids were committed in their order. */
  HIGHEST_ID,
  /** Neither locks nor guards the head, on tables without the keys that would refuse a fork. */
  LOCKLESS
}
