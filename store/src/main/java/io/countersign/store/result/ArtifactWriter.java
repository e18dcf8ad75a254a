package io.countersign.store.result;

import io.countersign.action.ActionId;
import io.countersign.store.Sealing;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Writes one attempt's file, piece by piece; for one thread. */
public final class ArtifactWriter {
  private final Jdbi jdbi;
  private final ActionId id;
  private final long fence;
  private final byte[] key;
  private final MessageDigest digest;
  private int chunks;
  private long bytes;

  ArtifactWriter(Jdbi jdbi, ActionId id, long fence, byte[] key) {
    this.jdbi = jdbi;
    this.id = id;
    this.fence = fence;
    this.key = key;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Adds one piece that others follow.
   *
   * @param rows that are in the file with this piece
   * @return false where a newer attempt took the fence: this one shall stop
   */
  public boolean add(byte[] plain, int length, long rows) {
    return add(plain, length, rows, false);
  }

  /** The plain bytes that were added. */
  public long bytes() {
    return bytes;
  }

  /** Adds the last piece, which may be empty; empty where a newer attempt took the fence. */
  public Optional<ArtifactVault.Written> finish(byte[] plain, int length, long rows) {
    if (!add(plain, length, rows, true)) {
      return Optional.empty();
    }
    String sha256 = "sha256:" + HexFormat.of().formatHex(digest.digest());
    Arrays.fill(key, (byte) 0);
    return Optional.of(new ArtifactVault.Written(fence, chunks, rows, bytes, sha256));
  }

  private boolean add(byte[] plain, int length, long rows, boolean last) {
    for (int from = 0; from < length; from += Sealing.SLICE) {
      digest.update(plain, from, Math.min(Sealing.SLICE, length - from));
    }
    bytes += length;
    byte[] sealed =
        Sealing.seal(key, plain, length, ArtifactVault.chunkBound(id, fence, chunks, last));
    ArtifactDao.Piece piece = new ArtifactDao.Piece(id.value(), fence, chunks, sealed, rows, bytes);
    boolean isAdded =
        jdbi.inTransaction(
            handle -> {
              // What a crash of this database loses is not missed: the COMMIT that makes the file
              // count waits until all of it is on disk.
              handle.execute("set local synchronous_commit = off");
              return handle.attach(ArtifactDao.class).add(piece) == 1;
            });
    chunks++;
    return isAdded;
  }
}
