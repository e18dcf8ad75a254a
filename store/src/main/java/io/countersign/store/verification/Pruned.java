package io.countersign.store.verification;

import io.countersign.audit.EventType;
import io.countersign.audit.RetentionNotice;
import io.countersign.audit.Tile;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.Notices;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * Whether every body that is missing was allowed to go: whole bundles, below a retention entry that
 * the log's key signed, and for which their time was over.
 */
final class Pruned {
  /** These stay: the verifier reads them, and nobody is in them. */
  private static final Set<String> KEPT =
      Set.of(EventType.AUDIT_RETENTION.wireName(), EventType.KEY_ROTATED.wireName());

  private final Notices notices;

  /** Where bodies are missing: first and last index of each run. */
  private final Deque<long[]> runs = new ArrayDeque<>();

  private long bundle = -1;
  private long missing = -1;
  private boolean hasBodies;
  private long torn = -1;
  private long below;

  Pruned(Notices notices) {
    this.notices = notices;
  }

  /**
   * The next entry, whose hash was checked; a missing body is empty.
   *
   * @return what is wrong with what it allows
   */
  Optional<String> entry(AuditDao.Entry entry) {
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
    }
    if (hasBodies && missing >= 0 && torn < 0) {
      torn = missing;
    }
    return notices.signed(entry).flatMap(notice -> allowed(index, notice));
  }

  private Optional<String> allowed(long index, RetentionNotice notice) {
    below = Math.max(below, notice.below());
    return notices
        .youngerThanAllowed(notice)
        .map(
            young ->
                ("entry %d lets bodies below %d go that were to be kept for %s, but entry %d was"
                        + " younger")
                    .formatted(index, notice.below(), notice.keep(), young.idx()));
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
            ? "the body of entry " + index + " is missing, and no signed retention event allows it"
            : "the body of entry %d is missing, the retention event allows entries below %d"
                .formatted(index, below);
  }
}
