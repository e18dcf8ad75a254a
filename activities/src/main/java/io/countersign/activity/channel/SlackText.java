package io.countersign.activity.channel;

import java.util.function.IntFunction;

/**
 * Makes hostile text harmless in Slack: escaped before it is cut, cut by code point, nothing
 * invisible, nothing that Slack would turn into a mention, a link or formatting.
 */
final class SlackText {

  /**
   * A text ready to send.
   *
   * @param whole false if something was cut off
   */
  record Cut(String text, boolean whole) {}

  private SlackText() {}

  /** A name or a value on one line, for an inline code span or a plain text object. */
  static String line(String raw, int max) {
    return cut(oneLine(raw), max, SlackText::visible).text();
  }

  /** An inline code span: nothing inside is formatted. */
  static String code(String raw, int max) {
    return raw.isBlank() ? "(empty)" : "`" + line(raw, max - 2) + "`";
  }

  /** Somebody's free words on one line: mentions and links are broken up as well. */
  static String words(String raw, int max) {
    String broken = oneLine(raw).replace("@", "\uFF20").replace("://", "[:]//");
    return cut(broken, max, SlackText::visible).text();
  }

  /** Code of several lines, for a fenced block; each character stays recognisable. */
  static Cut lines(String raw, int max) {
    return cut(raw.replace("\r\n", "\n"), max, SlackText::exact);
  }

  private static String oneLine(String raw) {
    return raw.replaceAll("[\\s\\u0085\\u00A0\\u2028\\u2029]+", " ").strip();
  }

  private static Cut cut(String raw, int max, IntFunction<String> shown) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < raw.length(); ) {
      int point = raw.codePointAt(i);
      String piece = shown.apply(point);
      i += Character.charCount(point);
      int room = i < raw.length() ? max - 1 : max;
      if (out.length() + piece.length() > room) {
        return new Cut(out.append('…').toString(), false);
      }
      out.append(piece);
    }
    return new Cut(out.toString(), true);
  }

  private static String visible(int point) {
    return point == '`' ? "\u02CB" : exact(point);
  }

  private static String exact(int point) {
    return switch (point) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '\n' -> "\n";
      case '\t' -> "    ";
      default -> isPlain(point) ? Character.toString(point) : "\\u{%X}".formatted(point);
    };
  }

  private static boolean isPlain(int point) {
    return switch (point) {
      case ' ' -> true;
      // The back-tick, and letters and symbols that show nothing.
      case '`', 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0 -> false;
      default -> !isVariationSelector(point) && isShown(Character.getType(point));
    };
  }

  private static boolean isVariationSelector(int point) {
    return (point >= 0xFE00 && point <= 0xFE0F)
        || (point >= 0xE0100 && point <= 0xE01EF)
        || (point >= 0x180B && point <= 0x180F);
  }

  private static boolean isShown(int type) {
    return switch (type) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
