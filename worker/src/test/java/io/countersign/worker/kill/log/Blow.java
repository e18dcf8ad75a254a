package io.countersign.worker.kill.log;

/** What befalls two integrators, or their server. */
enum Blow {
  /** Two at once are enough. */
  NONE,
  KILL_ONE,
  KILL_BOTH,
  /** One stands still until the other took over. */
  STOP,
  /** One stands still, its sessions end, the other takes over, and it goes on. */
  STOP_AND_CUT,
  /** Somebody else stands still with the anchor's lock. */
  HOLD_ANCHOR,
  /** One stands still while the other is killed, and goes on alone. */
  STOP_AND_KILL,
  /** One loses its sessions. */
  CUT,
  CUT_BOTH,
  /** The server stops as by a power cut, and starts again. */
  CRASH,
  CRASH_AND_KILL
}
