package io.countersign.api.identity;

/** How ids and names from a token are limited before anything keeps them. */
final class PersonName {
  private static final int LONGEST_ID = 255;
  private static final int LONGEST_NAME = 100;

  private PersonName() {}

  /** The id or group unchanged: a changed one would be another's. */
  static String id(String text) {
    boolean hidden = text.codePoints().anyMatch(PersonName::isHidden);
    if (text.isBlank() || text.length() > LONGEST_ID || hidden) {
      throw SignedClaims.refused(
          "ids and groups of 1 to " + LONGEST_ID + " visible characters are expected");
    }
    return text;
  }

  /** The name without what could disguise it, cut at a character. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .filter(point -> !isHidden(point))
        .limit(LONGEST_NAME)
        .forEach(shown::appendCodePoint);
    return shown.toString().strip();
  }

  private static boolean isHidden(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
