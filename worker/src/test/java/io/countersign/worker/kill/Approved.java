package io.countersign.worker.kill;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;

/** An approved action whose effects are counted by its key. */
record Approved(ActionId id, Digest digest, Countable statement, long key) {}
