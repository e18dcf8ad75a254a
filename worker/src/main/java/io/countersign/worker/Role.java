package io.countersign.worker;

/** What a process does. */
enum Role {
  SERVER,
  WORKER,
  ALL;

  boolean serves() {
    return this != WORKER;
  }

  boolean works() {
    return this != SERVER;
  }
}
