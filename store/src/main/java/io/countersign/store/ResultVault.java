package io.countersign.store;

import io.countersign.action.ActionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Results at rest: AES-256-GCM under a key of their own, which is wrapped by the configured key;
 * both are bound to the action id.
 */
public final class ResultVault {
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Jdbi jdbi;
  private final SecretKeySpec wrappingKey;
  private final Duration keepFor;

  /**
   * @param key 32 bytes, shared by api and worker
   * @param keepFor after which a result is deleted
   */
  public ResultVault(Jdbi jdbi, byte[] key, Duration keepFor) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("results.key: expected 32 bytes");
    }
    this.jdbi = jdbi;
    this.wrappingKey = new SecretKeySpec(key, "AES");
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
    byte[] key = random(KEY_BYTES);
    byte[] ciphertext =
        encrypt(
            new SecretKeySpec(key, "AES"),
            text.json().getBytes(StandardCharsets.UTF_8),
            id,
            "rows");
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
    byte[] text = decrypt(new SecretKeySpec(key, "AES"), result.ciphertext(), id, "rows");
    return new String(text, StandardCharsets.UTF_8);
  }

  private static byte[] encrypt(SecretKeySpec key, byte[] plain, ActionId id, String role) {
    byte[] nonce = random(NONCE_BYTES);
    byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, plain, id, role);
    return ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
  }

  private static byte[] decrypt(SecretKeySpec key, byte[] sealed, ActionId id, String role) {
    ByteBuffer buffer = ByteBuffer.wrap(sealed);
    byte[] nonce = new byte[NONCE_BYTES];
    buffer.get(nonce);
    byte[] rest = new byte[buffer.remaining()];
    buffer.get(rest);
    return cipher(Cipher.DECRYPT_MODE, key, nonce, rest, id, role);
  }

  private static byte[] cipher(
      int mode, SecretKeySpec key, byte[] nonce, byte[] input, ActionId id, String role) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      // The additional data keeps one action's rows from being shown as another's.
      String bound = "countersign/result/v1\n" + role + "\n" + id.value();
      cipher.updateAAD(bound.getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the stored result does not fit the configured key", e);
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
