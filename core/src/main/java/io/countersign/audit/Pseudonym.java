package io.countersign.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The keyed commitment that stands for a person in the log. */
public final class Pseudonym {
  /** In bytes; of the key that is one person's own. */
  public static final int KEY_LENGTH = 32;

  private static final String PREFIX = "sub_";
  private static final Pattern FORM = Pattern.compile("sub_[A-Za-z0-9_-]{43}");

  private Pseudonym() {}

  /**
   * {@code sub_} and base64url of HMAC-SHA256(key, "countersign/subject/v1", newline, person id).
   *
   * @param key {@link #KEY_LENGTH} random bytes
   */
  public static String of(byte[] key, String personId) {
    return PREFIX + commit(key, "countersign/subject/v1\n" + personId);
  }

  public static boolean isWellFormed(String text) {
    return FORM.matcher(text).matches();
  }

  /** HMAC-SHA256 in base64url without padding. */
  public static String commit(byte[] key, String text) {
    if (key.length != KEY_LENGTH) {
      throw new IllegalArgumentException("a person's key has 32 bytes");
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] code = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
