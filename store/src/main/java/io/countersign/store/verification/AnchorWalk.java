package io.countersign.store.verification;

import io.countersign.audit.AnchorText;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.TreeHash;
import io.countersign.store.anchor.AnchorCheck;
import io.countersign.store.anchor.AnchorException;
import io.countersign.store.anchor.AnchorSource;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every checkpoint that the anchors hold, held against the log while it is walked. Of each anchor
 * the first thing that is wrong is told.
 */
final class AnchorWalk {
  private final KeyRing keys;
  private final Deque<Seen> ahead;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> told = new HashSet<>();
  private @Nullable String proof;
  private long agreed;
  private long agreedBefore;
  private long compared;

  /** A record of an anchor; its text is read again where it is needed. */
  private record Seen(AnchorSource anchor, long number, long size, TreeHash root) {
    @Override
    public String toString() {
      return "record " + number + " of the anchor " + anchor;
    }
  }

  /**
   * What an anchor contradicts.
   *
   * @param index the first entry that may be wrong
   */
  record Problem(long index, String reason) {}

  /** Reads all anchors, and checks the signature of each record. */
  AnchorWalk(List<? extends AnchorSource> anchors, KeyRing keys) {
    this.keys = keys;
    List<Seen> seen = new ArrayList<>();
    for (AnchorSource anchor : anchors) {
      try {
        boolean unusedTorn = anchor.read((number, note) -> seen.add(opened(anchor, number, note)));
      } catch (AnchorException e) {
        tell(anchor, AuditReport.UNKNOWN, String.valueOf(e.getMessage()));
      } catch (NoSuchFileException e) {
        tell(anchor, AuditReport.UNKNOWN, "the anchor " + anchor + " does not exist");
      } catch (IOException e) {
        tell(anchor, AuditReport.UNKNOWN, "the anchor " + anchor + " cannot be read");
      }
    }
    seen.sort(Comparator.comparingLong(Seen::size));
    ahead = new ArrayDeque<>(seen);
    for (int i = 1; i < seen.size(); i++) {
      conflict(seen.get(i - 1), seen.get(i));
    }
  }

  private Seen opened(AnchorSource anchor, long number, String note) throws AnchorException {
    try {
      Checkpoint checkpoint = keys.open(note).checkpoint();
      return new Seen(anchor, number, checkpoint.size(), checkpoint.root());
    } catch (EvidenceException e) {
      throw new AnchorException(
          "record %d of the anchor %s is no checkpoint of this log: %s"
              .formatted(number, anchor, e.getMessage()));
    }
  }

  /** One key signed two histories: whoever holds both notes can show that to anybody. */
  private void conflict(Seen one, Seen other) {
    if (one.size() == other.size() && !one.root().equals(other.root())) {
      problems.add(
          new Problem(
              0,
              "%s and %s are signed for the same size %d, with different roots"
                  .formatted(one, other, one.size())));
      keep(note(one), note(other));
    }
  }

  /**
   * Compares what anchors saw at this size.
   *
   * @param signed the log's own checkpoint of this size, where there is one
   */
  void at(long size, TreeHash root, @Nullable String signed) {
    for (Seen seen = ahead.peek(); seen != null && seen.size() <= size; seen = ahead.peek()) {
      ahead.remove();
      compared++;
      if (!seen.root().equals(root)) {
        contradict(seen, signed);
      } else if (size > agreed) {
        agreedBefore = agreed;
        agreed = size;
      }
    }
  }

  /** Whether an anchor saw a log of this size. */
  boolean saw(long size) {
    Seen next = ahead.peek();
    return next != null && next.size() <= size;
  }

  private void contradict(Seen seen, @Nullable String signed) {
    // Another record of the same size may have agreed, which bounds nothing for this one.
    long from = agreed < seen.size() ? agreed : agreedBefore;
    String between =
        "the first that differs is between entry %d and %d".formatted(from, seen.size() - 1);
    if (signed == null) {
      tell(seen.anchor(), from, seen + " saw other entries: " + between);
    } else {
      tell(
          seen.anchor(),
          from,
          "%s saw other entries than the log's checkpoint of the same size %d: %s"
              .formatted(seen, seen.size(), between));
      keep(note(seen), signed);
    }
  }

  /** What anchors saw beyond the end. */
  void end(long size) {
    for (Seen seen : ahead) {
      compared++;
      tell(
          seen.anchor(),
          size,
          "%s saw %d entries, the log holds %d: %s"
              .formatted(seen, seen.size(), size, AnchorCheck.OLDER));
    }
    ahead.clear();
  }

  private void tell(AnchorSource anchor, long index, String reason) {
    if (told.add(anchor.toString())) {
      problems.add(new Problem(index, reason));
    }
  }

  private void keep(String one, String other) {
    if (proof == null) {
      proof = AnchorText.record(one) + AnchorText.record(other);
    }
  }

  private static String note(Seen seen) {
    List<String> found = new ArrayList<>();
    try {
      boolean unusedTorn =
          seen.anchor()
              .read(
                  (number, note) -> {
                    if (number == seen.number()) {
                      found.add(note);
                    }
                  });
    } catch (IOException | AnchorException e) {
      return "";
    }
    return found.isEmpty() ? "" : found.getFirst();
  }

  List<Problem> problems() {
    return List.copyOf(problems);
  }

  /** Two signed checkpoints that cannot both be of one log. */
  @Nullable String proof() {
    return proof;
  }

  /** Records that were held against the log. */
  long compared() {
    return compared;
  }
}
