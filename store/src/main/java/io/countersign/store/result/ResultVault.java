package io.countersign.store.result;

import io.countersign.action.ActionId;
import io.countersign.store.Sealing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Results at rest: AES-256-GCM under a key of their own, which is wrapped by the configured key;
 * both are bound to the action id.
 */
public final class ResultVault {
  private final Jdbi jdbi;
  private final byte[] wrappingKey;
  private final Duration keepFor;

  /**
   * @param key 32 bytes, shared by api and worker
   * @param keepFor after which a result is deleted
   */
  public ResultVault(Jdbi jdbi, byte[] key, Duration keepFor) {
    if (key.length != Sealing.KEY_BYTES) {
      throw new IllegalArgumentException("results.key: expected 32 bytes");
    }
    this.jdbi = jdbi;
    this.wrappingKey = key.clone();
    this.keepFor = keepFor;
  }

  /**
   * Stores what an attempt returned, in the caller's transaction.
   *
   * @param counts false while it is not known whether the attempt takes effect
   */
  public void put(
      Handle handle,
      ActionId id,
      long fence,
      boolean counts,
      ResultTable table,
      ResultTable.Written text) {
    byte[] key = Sealing.newKey();
    byte[] ciphertext = encrypt(key, text.json().getBytes(StandardCharsets.UTF_8), id, "rows");
    handle
        .attach(ResultDao.class)
        .put(
            new ResultDao.Sealed(
                id.value(),
                fence,
                counts,
                ciphertext,
                encrypt(wrappingKey, key, id, "key"),
                table.rows().size(),
                table.truncated(),
                text.sha256(),
                Instant.now().plus(keepFor)));
  }

  /** The canonical JSON of a finished action's result; empty if it has none, or it expired. */
  public Optional<String> read(ActionId id) {
    return jdbi.withExtension(ResultDao.class, results -> results.find(id.value(), Instant.now()))
        .map(result -> open(id, result));
  }

  /** Deletes every result whose time is over; answers how many. */
  public int deleteExpired() {
    return jdbi.withExtension(ResultDao.class, results -> results.deleteExpired(Instant.now()));
  }

  private String open(ActionId id, ResultDao.Sealed result) {
    byte[] key = decrypt(wrappingKey, result.wrappedKey(), id, "key");
    byte[] text = decrypt(key, result.ciphertext(), id, "rows");
    return new String(text, StandardCharsets.UTF_8);
  }

  private static byte[] encrypt(byte[] key, byte[] plain, ActionId id, String role) {
    return Sealing.seal(key, plain, plain.length, bound(id, role));
  }

  private static byte[] decrypt(byte[] key, byte[] sealed, ActionId id, String role) {
    return Sealing.open(key, sealed, bound(id, role));
  }

  /** Keeps one action's rows from being shown as another's. */
  private static String bound(ActionId id, String role) {
    return "countersign/result/v1\n" + role + "\n" + id.value();
  }
}
