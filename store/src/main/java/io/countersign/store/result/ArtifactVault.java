package io.countersign.store.result;

import io.countersign.action.ActionId;
import io.countersign.store.Sealing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Files that exports wrote, at rest: in pieces of AES-256-GCM under a key of the file's own, which
 * is wrapped by the configured key. Each piece is bound to its action, attempt and number, and to
 * whether it is the last, so that none can be left out, moved or taken from another file.
 */
public final class ArtifactVault {
  /** A download that began so long ago has a dead server, or nobody who still reads. */
  private static final Duration ABANDONED = Duration.ofHours(6);

  /** Longer than any attempt takes; its time to live begins when it is complete. */
  private static final Duration UNFINISHED = Duration.ofDays(2);

  private final Jdbi jdbi;
  private final byte[] wrappingKey;
  private final Duration keepFor;

  /**
   * @param key 32 bytes, shared by api and worker
   * @param keepFor after which a file is deleted that nobody downloaded
   */
  public ArtifactVault(Jdbi jdbi, byte[] key, Duration keepFor) {
    if (key.length != Sealing.KEY_BYTES) {
      throw new IllegalArgumentException("results.key: expected 32 bytes");
    }
    this.jdbi = jdbi;
    this.wrappingKey = key.clone();
    this.keepFor = keepFor;
  }

  /** Where a file stands. */
  public enum State {
    WRITING,
    READY,
    TAKEN,
    EXPIRED
  }

  /**
   * A file as it may be told of.
   *
   * @param format its name on the wire
   * @param rows written so far
   * @param bytes of plain text written so far
   * @param sha256 of the plain text; null while it is written
   */
  public record Artifact(
      State state,
      String format,
      long rows,
      long bytes,
      @Nullable String sha256,
      Instant expiresAt) {}

  /** A whole file that an attempt wrote, not yet the one that counts. */
  public record Written(long fence, int chunks, long rows, long bytes, String sha256) {}

  /**
   * Begins an attempt's file, and deletes what earlier attempts left behind.
   *
   * @return empty where a newer attempt took the fence
   */
  public Optional<ArtifactWriter> begin(ActionId id, long fence, String format) {
    byte[] key = Sealing.newKey();
    byte[] wrapped = Sealing.seal(wrappingKey, key, key.length, keyBound(id, fence));
    boolean isOpen =
        jdbi.inTransaction(
            handle -> {
              ArtifactDao artifacts = handle.attach(ArtifactDao.class);
              Instant until = Instant.now().plus(UNFINISHED);
              if (artifacts.open(id.value(), fence, format, wrapped, until) == 0) {
                return false;
              }
              artifacts.discardUnfinished(id.value(), fence - 1);
              return true;
            });
    return isOpen ? Optional.of(new ArtifactWriter(jdbi, id, fence, key)) : Optional.empty();
  }

  /** Makes a file the one that counts, in the caller's transaction; false where it is not whole. */
  public boolean complete(Handle handle, ActionId id, Written file) {
    ArtifactDao artifacts = handle.attach(ArtifactDao.class);
    Instant until = Instant.now().plus(keepFor);
    if (artifacts.complete(id.value(), file.fence(), file.chunks(), file.sha256(), until) == 0) {
      return false;
    }
    artifacts.discardUnfinished(id.value(), Long.MAX_VALUE);
    return true;
  }

  /** What is there of an action's file. */
  public Optional<Artifact> find(ActionId id) {
    return jdbi.withExtension(ArtifactDao.class, artifacts -> artifacts.find(id.value()))
        .map(ArtifactVault::describe);
  }

  private static Artifact describe(ArtifactDao.Stored stored) {
    State state =
        switch (stored.state()) {
          case "writing" -> State.WRITING;
          case "taken" -> State.TAKEN;
          case "ready" -> stored.expiresAt().isAfter(Instant.now()) ? State.READY : State.EXPIRED;
          default -> State.EXPIRED;
        };
    return new Artifact(
        state,
        stored.format(),
        stored.rowCount(),
        stored.byteCount(),
        stored.sha256(),
        stored.expiresAt());
  }

  /**
   * Begins the only download of a file, in the caller's transaction; empty where there is nothing
   * to download any more.
   */
  public Optional<ArtifactReader> take(Handle handle, ActionId id) {
    return handle
        .attach(ArtifactDao.class)
        .take(id.value(), Instant.now())
        .map(
            stored -> {
              byte[] wrapped = stored.wrappedKey();
              if (wrapped == null) {
                throw new IllegalStateException("a file without its key");
              }
              byte[] key = Sealing.open(wrappingKey, wrapped, keyBound(id, stored.fence()));
              return new ArtifactReader(jdbi, id, stored, key);
            });
  }

  /** Deletes every file whose time is over; answers how many pieces. */
  public int deleteExpired() {
    Instant now = Instant.now();
    return jdbi.inTransaction(
        handle -> {
          ArtifactDao artifacts = handle.attach(ArtifactDao.class);
          return artifacts.deleteUnfinished(now)
              + artifacts.shredExpired(now, now.minus(ABANDONED));
        });
  }

  private static String keyBound(ActionId id, long fence) {
    return "countersign/artifact-key/v1\n" + id.value() + "\n" + fence;
  }

  static String chunkBound(ActionId id, long fence, int number, boolean last) {
    return "countersign/artifact/v1\n%s\n%d\n%d\n%s"
        .formatted(id.value(), fence, number, last ? "last" : "more");
  }
}
