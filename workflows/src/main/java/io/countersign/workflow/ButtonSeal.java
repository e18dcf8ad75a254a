package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a button in a chat message carries: action id, digest and a MAC over both, nothing else. The
 * worker seals, the api opens.
 */
public final class ButtonSeal {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String KEY_DOMAIN = "countersign/button-key/v1";
  private static final String VALUE_DOMAIN = "countersign/button/v1\n";

  private final SecretKeySpec key;

  /** What a genuine button says. */
  public record Button(ActionId actionId, Digest digest) {}

  /**
   * @param signingSecret the chat platform's secret; a key of our own is derived from it
   */
  public ButtonSeal(String signingSecret) {
    byte[] secret = signingSecret.getBytes(StandardCharsets.UTF_8);
    this.key = new SecretKeySpec(mac(new SecretKeySpec(secret, ALGORITHM), KEY_DOMAIN), ALGORITHM);
  }

  /** The value of a button: {@code act_….sha256:….<mac>}. */
  public String seal(Button button) {
    String content = button.actionId() + "." + button.digest();
    return content + "." + HexFormat.of().formatHex(mac(key, VALUE_DOMAIN + content));
  }

  /** Empty unless the value is exactly one that {@link #seal} made. */
  public Optional<Button> open(String value) {
    String[] parts = value.split("\\.", -1);
    if (parts.length != 3
        || !ActionId.isWellFormed(parts[0])
        || !Digest.isWellFormed(parts[1])
        || value.length() > 256) {
      return Optional.empty();
    }
    Button button = new Button(new ActionId(parts[0]), new Digest(parts[1]));
    byte[] genuine = seal(button).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(genuine, value.getBytes(StandardCharsets.UTF_8))
        ? Optional.of(button)
        : Optional.empty();
  }

  private static byte[] mac(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
