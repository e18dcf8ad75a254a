package io.countersign.sql;

import java.util.Locale;

/** Shows text from outside to people: what they could not see is written as {@code \\u{202E}}. */
public final class SafeText {
  private SafeText() {}

  /** For a statement or a paragraph: line breaks and tabs stay. */
  public static String block(String text) {
    return escape(text, true);
  }

  /** For one line, cut to a number of characters. */
  public static String line(String text, int most) {
    String escaped = escape(text, false);
    if (escaped.length() <= most) {
      return escaped;
    }
    int end = Character.isHighSurrogate(escaped.charAt(most - 2)) ? most - 2 : most - 1;
    return escaped.substring(0, end) + "…";
  }

  private static String escape(String text, boolean keepsLines) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      boolean breaksLine =
          codePoint == '\n'
              || codePoint == '\t'
              || (codePoint == '\r' && i < text.length() && text.charAt(i) == '\n');
      if (HiddenCharacters.isHidden(codePoint) && !(keepsLines && breaksLine)) {
        escaped.append("\\u{").append(hex(codePoint)).append('}');
      } else {
        escaped.appendCodePoint(codePoint);
      }
    }
    return escaped.toString();
  }

  private static String hex(int codePoint) {
    return Integer.toHexString(codePoint).toUpperCase(Locale.ROOT);
  }
}
