package io.countersign.store.result;

import io.countersign.action.ActionId;
import io.countersign.store.Sealing;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jdbi.v3.core.Jdbi;

/** The only download of a file: one piece in memory at a time, each checked before it leaves. */
public final class ArtifactReader {
  private final Jdbi jdbi;
  private final ActionId id;
  private final ArtifactDao.Stored stored;
  private final byte[] key;
  private long sent;

  ArtifactReader(Jdbi jdbi, ActionId id, ArtifactDao.Stored stored, byte[] key) {
    this.jdbi = jdbi;
    this.id = id;
    this.stored = stored;
    this.key = key;
  }

  public String format() {
    return stored.format();
  }

  public long rows() {
    return stored.rowCount();
  }

  /** Of the whole file. */
  public long bytes() {
    return stored.byteCount();
  }

  public String sha256() {
    return String.valueOf(stored.sha256());
  }

  /** Bytes that the receiver's side of the connection took. */
  public long sent() {
    return sent;
  }

  /** Sends all of it; the last piece leaves only if the whole has the right digest. */
  public void writeTo(OutputStream out) throws IOException {
    MessageDigest digest = sha256Digest();
    for (int number = 0; number < stored.chunks(); number++) {
      byte[] plain = chunk(number);
      digest.update(plain);
      if (number == stored.chunks() - 1) {
        requireRight(digest);
      }
      out.write(plain);
      sent += plain.length;
    }
    out.flush();
  }

  /** Nobody downloads it again, however far it went. */
  public void shred() {
    jdbi.useExtension(ArtifactDao.class, artifacts -> artifacts.shred(id.value(), stored.fence()));
  }

  private byte[] chunk(int number) {
    byte[] sealed =
        jdbi.withExtension(
                ArtifactDao.class, artifacts -> artifacts.chunk(id.value(), stored.fence(), number))
            .orElseThrow(() -> new IllegalStateException("a piece of the file is missing"));
    boolean last = number == stored.chunks() - 1;
    return Sealing.open(key, sealed, ArtifactVault.chunkBound(id, stored.fence(), number, last));
  }

  private void requireRight(MessageDigest digest) {
    String found = "sha256:" + HexFormat.of().formatHex(digest.digest());
    if (!found.equals(stored.sha256())) {
      throw new IllegalStateException("the file is not the one that was written");
    }
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
