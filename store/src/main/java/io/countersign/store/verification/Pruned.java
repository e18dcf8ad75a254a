package io.countersign.store.verification;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.audit.EventType;
import io.countersign.audit.Tile;
import io.countersign.store.evidence.AuditDao;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/** Whether every body that is missing was allowed to go: below a retention event, whole bundles. */
final class Pruned {
  /** These stay: the verifier reads them, and nobody is in them. */
  private static final Set<String> KEPT =
      Set.of(EventType.AUDIT_RETENTION.wireName(), EventType.KEY_ROTATED.wireName());

  /** Where bodies are missing: first and last index of each run. */
  private final Deque<long[]> runs = new ArrayDeque<>();

  private long bundle = -1;
  private long missing = -1;
  private boolean hasBodies;
  private long torn = -1;
  private long below;

  /** The next entry, whose hash was checked; a missing body is empty. */
  void entry(AuditDao.Entry entry) {
    long index = entry.idx();
    if (index / Tile.WIDTH != bundle) {
      bundle = index / Tile.WIDTH;
      missing = -1;
      hasBodies = false;
    }
    if (entry.body().isEmpty()) {
      missing = missing < 0 ? index : missing;
      if (runs.isEmpty() || runs.getLast()[1] != index - 1) {
        runs.add(new long[] {index, index});
      }
      runs.getLast()[1] = index;
    } else if (!KEPT.contains(entry.type())) {
      hasBodies = true;
    } else if (entry.type().equals(EventType.AUDIT_RETENTION.wireName())) {
      JsonNode event = Json.read(entry.body(), JsonNode.class);
      long announced = event.path("details").path("below").asLong();
      below = announced <= index ? Math.max(below, announced) : below;
    }
    if (hasBodies && missing >= 0 && torn < 0) {
      torn = missing;
    }
  }

  /** The first index that should have a body. */
  Optional<Long> index() {
    if (torn >= 0 && torn < below) {
      return Optional.of(torn);
    }
    return runs.stream()
        .filter(run -> run[1] >= below)
        .findFirst()
        .map(run -> Math.max(run[0], below));
  }

  String reason(long index) {
    return index < below
        ? "the body of entry " + index + " is missing from a bundle that has others"
        : below == 0
            ? "the body of entry " + index + " is missing, and no retention event allows it"
            : "the body of entry %d is missing, the retention event allows entries below %d"
                .formatted(index, below);
  }
}
