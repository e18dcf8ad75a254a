package io.countersign.audit;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A log in memory whose tree is computed by brute force, straight from RFC 6962. */
final class MemoryLog {
  static final String ORIGIN = "countersign.example/audit";

  private final List<String> entries = new ArrayList<>();

  void add(String entry) {
    entries.add(entry);
  }

  int size() {
    return entries.size();
  }

  String entry(int index) {
    return entries.get(index);
  }

  TreeHash leaf(long index) {
    return TreeHash.leaf(entries.get((int) index));
  }

  /** MTH of section 2.1, written for reading rather than for speed. */
  TreeHash root(int start, int end) {
    int length = end - start;
    if (length == 0) {
      return TreeHash.EMPTY;
    }
    if (length == 1) {
      return leaf(start);
    }
    int split = 1;
    while (split * 2 < length) {
      split *= 2;
    }
    return TreeHash.node(root(start, start + split), root(start + split, end));
  }

  MerkleTree.Nodes nodes() {
    return (level, index) -> root((int) (index << level), (int) ((index + 1) << level));
  }

  String checkpoint(SigningKey key) {
    return new Checkpoint(ORIGIN, size(), root(0, size())).sign(key);
  }

  LogProof proof(int index, SigningKey key) {
    List<TreeHash> path = MerkleTree.inclusionProof(index, size(), nodes());
    return new LogProof(index, path, checkpoint(key));
  }

  static MemoryLog ofSize(int size) {
    MemoryLog log = new MemoryLog();
    for (int i = 0; i < size; i++) {
      log.add("entry " + i);
    }
    return log;
  }

  static Event event(EventType type, ActionId action, @Nullable Digest digest) {
    return new Event(
        Instant.parse("2026-01-02T03:04:05.678901Z"),
        type,
        action,
        1,
        digest,
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        "größe \"42\"\n",
        Map.of("rows", 3L));
  }
}
