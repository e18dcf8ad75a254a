package io.countersign.audit;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Encodings with exactly one text per value. Java's own decoders repair or tolerate (replacement
 * characters, spare bits in base64, leading zeroes), and each tolerance is a second text that would
 * verify.
 */
final class StrictText {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,18}");

  private StrictText() {}

  static byte[] utf8(String text) throws EvidenceException {
    try {
      ByteBuffer bytes =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    } catch (CharacterCodingException e) {
      throw new EvidenceException("the text holds half of a surrogate pair");
    }
  }

  static String fromUtf8(byte[] bytes) throws EvidenceException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new EvidenceException("the text is not UTF-8");
    }
  }

  /** Standard base64 with padding; the re-encoding must give the same text. */
  static byte[] base64(String text) throws EvidenceException {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one message for every wrong form.
    }
    throw new EvidenceException("not canonical base64");
  }

  /** ASCII decimal without sign or leading zeroes, within a signed 64-bit integer. */
  static long number(String text) throws EvidenceException {
    if (NUMBER.matcher(text).matches()) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        // Nineteen digits beyond 2^63 - 1.
      }
    }
    throw new EvidenceException("not a canonical decimal number");
  }
}
