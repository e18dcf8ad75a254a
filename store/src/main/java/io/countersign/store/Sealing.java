package io.countersign.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM: a random nonce, then the ciphertext, bound to a text that says what it is. */
public final class Sealing {
  public static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /**
   * How much is given to a cipher or a digest at once. The JVM compiles what is called often: a
   * megabyte in one call takes forty times as long.
   */
  public static final int SLICE = 1024;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Sealing() {}

  public static byte[] newKey() {
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    return key;
  }

  public static byte[] seal(byte[] key, byte[] plain, int length, String bound) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, bound);
      byte[] sealed = new byte[NONCE_BYTES + cipher.getOutputSize(length)];
      System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
      int at = NONCE_BYTES;
      for (int from = 0; from < length; from += SLICE) {
        at += cipher.update(plain, from, Math.min(SLICE, length - from), sealed, at);
      }
      cipher.doFinal(sealed, at);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a value could not be encrypted", e);
    }
  }

  /** Throws where the key, the bytes or what they are bound to differ from what was sealed. */
  public static byte[] open(byte[] key, byte[] sealed, String bound) {
    byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, key, nonce, bound)
          .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalStateException("what is stored does not fit the configured key", e);
    }
  }

  /** HMAC-SHA256 of a label and a value. */
  public static byte[] derive(byte[] key, String label, byte[] value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(label.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(value);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, String bound)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(bound.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
