package io.countersign.sql;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which names could be taken for others. A name in letters of one script is honest, and so is one
 * that mixes Latin with Chinese, Japanese or Korean: Unicode Technical Standard 39, section 5.2,
 * "highly restrictive". Whether there is a table of such a name is the catalogue's to say.
 */
final class Lookalikes {
  private static final Set<UnicodeScript> MIXED_HONESTLY =
      EnumSet.of(
          UnicodeScript.LATIN,
          UnicodeScript.HAN,
          UnicodeScript.HIRAGANA,
          UnicodeScript.KATAKANA,
          UnicodeScript.HANGUL,
          UnicodeScript.BOPOMOFO);

  private Lookalikes() {}

  static boolean isPlain(String name) {
    return name.chars().allMatch(character -> character < 0x7F);
  }

  static boolean mayDeceive(String name) {
    Set<UnicodeScript> scripts = EnumSet.noneOf(UnicodeScript.class);
    boolean onlyLetters = name.codePoints().allMatch(point -> isHonest(point, scripts));
    boolean isComposed = Normalizer.isNormalized(name, Normalizer.Form.NFKC);
    boolean isOneScript = scripts.size() <= 1 || MIXED_HONESTLY.containsAll(scripts);
    return !onlyLetters || !isComposed || !isOneScript;
  }

  private static boolean isHonest(int point, Set<UnicodeScript> scripts) {
    if (Character.isLetter(point)) {
      UnicodeScript script = UnicodeScript.of(point);
      if (script != UnicodeScript.COMMON && script != UnicodeScript.INHERITED) {
        scripts.add(script);
      }
      return true;
    }
    return point < 0x7F || Character.isDigit(point);
  }
}
