package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 digest written {@code sha256:} and 64 lower-case hex digits. */
public record Digest(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

  @JsonCreator
  public Digest {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not a digest");
    }
  }

  public static boolean isWellFormed(String text) {
    return FORM.matcher(text).matches();
  }

  /** The digest of the UTF-8 bytes of a text. */
  public static Digest sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  public static Digest sha256(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new Digest("sha256:" + HexFormat.of().formatHex(hash));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
