package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/** The id of an action: {@code act_} and 26 characters of Crockford base32 (130 random bits). */
public record ActionId(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("act_[0-9A-HJKMNP-TV-Z]{26}");
  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final SecureRandom RANDOM = new SecureRandom();

  @JsonCreator
  public ActionId {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not an action id");
    }
  }

  public static ActionId random() {
    StringBuilder text = new StringBuilder("act_");
    for (int i = 0; i < 26; i++) {
      text.append(ALPHABET[RANDOM.nextInt(ALPHABET.length)]);
    }
    return new ActionId(text.toString());
  }

  public static boolean isWellFormed(String text) {
    return FORM.matcher(text).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
