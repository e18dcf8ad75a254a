package io.countersign.store.anchor;

import io.countersign.audit.KeyRing;
import io.countersign.audit.VerifierKey;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.DamagedLogException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where signed checkpoints are kept outside of the control database. They alone tell that a backup
 * was restored or the log was cut off: the database would agree with itself.
 */
public final class Anchors {
  private static final Logger LOG = LoggerFactory.getLogger(Anchors.class);

  private final List<FileAnchor> files;
  private final List<AnchorSource> others = new CopyOnWriteArrayList<>();
  private final List<String> writtenOnly = new CopyOnWriteArrayList<>();
  private final AnchorCheck check;
  private final Map<FileAnchor, Long> appended = new ConcurrentHashMap<>();
  private final Map<String, String> failing = new ConcurrentHashMap<>();
  private final AtomicLong newest = new AtomicLong();
  private volatile @Nullable String disagreement;
  private volatile Runnable alarm = () -> {};

  private Anchors(List<FileAnchor> files, AnchorCheck check) {
    this.files = List.copyOf(files);
    this.check = check;
  }

  /** No anchor at all. */
  public static Anchors none(Jdbi jdbi) {
    return new Anchors(List.of(), new AnchorCheck(jdbi, new KeyRing(List.of())));
  }

  /**
   * Compares the log with its anchors, before anything is signed. A file that is not there is made
   * while the log is empty; later somebody must make it, so that nobody loses one unseen.
   *
   * @param keys that sign or signed the log
   * @throws AnchorException when an anchor cannot be read, or saw another log
   */
  public static Anchors open(List<Path> paths, Jdbi jdbi, List<VerifierKey> keys)
      throws AnchorException {
    return open(paths, jdbi, KeyRing.of(keys));
  }

  /**
   * The same for a log whose keys were retired at some size.
   *
   * @throws AnchorException when an anchor cannot be read, or saw another log
   */
  public static Anchors open(List<Path> paths, Jdbi jdbi, KeyRing keys) throws AnchorException {
    List<FileAnchor> files = paths.stream().map(FileAnchor::new).toList();
    Anchors anchors = new Anchors(files, new AnchorCheck(jdbi, keys));
    for (FileAnchor file : files) {
      anchors.begin(file);
    }
    return anchors;
  }

  private void begin(FileAnchor file) throws AnchorException {
    try {
      long size = check.logSize();
      if (size == 0 && !file.exists()) {
        file.create();
      }
      AnchorCheck.Seen seen = compare(file);
      appended.put(file, seen.newest());
      if (size > 0 && seen.records() == 0) {
        LOG.warn("the anchor {} is empty: it sees the log from entry {} on", file, size);
      }
    } catch (NoSuchFileException e) {
      throw new AnchorException(
          file
              + " does not exist, though the log has entries: expected the file that anchors it;"
              + " to begin a new anchor now, make an empty file there");
    } catch (IOException e) {
      throw new AnchorException(file + " cannot be read or made");
    }
  }

  private AnchorCheck.Seen compare(AnchorSource file) throws IOException, AnchorException {
    AnchorCheck.Seen seen = check.compare(file);
    if (seen.torn()) {
      LOG.warn("the last record of the anchor {} is cut off, which a crash does; it is left", file);
    }
    newest.accumulateAndGet(seen.newest(), Math::max);
    return seen;
  }

  /** The same comparison again, for a process that runs for long; alarms instead of throwing. */
  public void check() {
    files.forEach(this::compareWith);
    others.forEach(this::compareWith);
  }

  /** An anchor that something else writes, such as a witness; it is compared with the rest. */
  public void add(AnchorSource other) {
    others.add(other);
    compareWith(other);
  }

  /** Compares the log with one anchor; alarms instead of throwing. */
  public void compareWith(AnchorSource anchor) {
    try {
      var unused = compare(anchor);
    } catch (AnchorException e) {
      disagree(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      failed(anchor, "cannot be read");
    }
  }

  /** An anchor took a checkpoint of that size. */
  public void confirmed(AnchorSource anchor, long size) {
    confirmed(anchor.toString(), size);
  }

  /** The same of a place that is only written to. */
  public void confirmed(String anchor, long size) {
    newest.accumulateAndGet(size, Math::max);
    if (failing.remove(anchor) != null) {
      LOG.warn("the anchor {} works again", anchor);
    }
  }

  /**
   * Adds a checkpoint that the control database holds for good. One that cannot be added is an
   * alarm, and no loss: the next one stands for it too.
   */
  public synchronized void append(AuditDao.StoredCheckpoint checkpoint) {
    for (FileAnchor file : files) {
      if (checkpoint.size() <= appended.getOrDefault(file, 0L)) {
        continue;
      }
      try {
        file.append(checkpoint.note());
        appended.put(file, checkpoint.size());
        confirmed(file, checkpoint.size());
      } catch (IOException e) {
        failed(file, "cannot be written");
      }
    }
  }

  /** An anchor could not be asked or written; an alarm, and no loss. */
  public void failed(AnchorSource anchor, String why) {
    failed(anchor.toString(), why);
  }

  /** The same of a place that is only written to. */
  public void failed(String anchor, String why) {
    if (failing.put(anchor, why) == null) {
      LOG.error("the anchor {} {}; checkpoints wait for it", anchor, why);
    }
  }

  /**
   * Signing a log that an anchor contradicts would hide what happened to it.
   *
   * @throws DamagedLogException when it does, or the log is shorter than an anchor saw it
   */
  public void requireAgreement(long size) {
    long seen = newest.get();
    if (size < seen) {
      disagree(
          "the log holds %d entries, but an anchor saw %d: %s"
              .formatted(size, seen, AnchorCheck.OLDER));
    }
    String why = disagreement;
    if (why != null) {
      throw new DamagedLogException(why);
    }
  }

  private synchronized void disagree(String why) {
    if (disagreement == null) {
      disagreement = why;
      LOG.error("{}; nothing is signed until somebody looked and restarted this process", why);
      alarm.run();
    }
  }

  /** Runs once, when an anchor contradicts the log. */
  public synchronized void onDisagreement(Runnable then) {
    alarm = then;
    if (disagreement != null) {
      then.run();
    }
  }

  /** The files, for a verifier who reads them all. */
  public static List<AnchorSource> sources(List<Path> paths) {
    return paths.stream().<AnchorSource>map(FileAnchor::new).toList();
  }

  /** Checkpoints also go where nobody reads them back while the log grows, such as a chat. */
  public void sendsTo(String anchor) {
    writtenOnly.add(anchor);
  }

  /** Nothing would tell that a backup was restored. */
  public boolean isNone() {
    return files.isEmpty() && others.isEmpty();
  }

  /** Nothing takes checkpoints. */
  public boolean isUnanchored() {
    return isNone() && writtenOnly.isEmpty();
  }

  /** How an anchor contradicts the log; stays until the process is restarted. */
  public Optional<String> disagreement() {
    return Optional.ofNullable(disagreement);
  }

  /** Anchors that could not be read or written when last tried, each with what failed. */
  public Map<String, String> failing() {
    return Map.copyOf(failing);
  }

  /** Entries of the log that an anchor has seen. */
  public long newest() {
    return newest.get();
  }
}
