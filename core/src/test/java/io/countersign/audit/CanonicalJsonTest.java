package io.countersign.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {
  @Test
  void keysAreSortedByUtf16CodeUnits() {
    // The example of RFC 8785 section 3.2.3.
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("\u20ac", "Euro Sign");
    map.put("\r", "Carriage Return");
    map.put("\ufb33", "Hebrew Letter Dalet With Dagesh");
    map.put("1", "One");
    map.put("\ud83d\ude00", "Emoji: Grinning Face");
    map.put("\u0080", "Control");
    map.put("\u00f6", "Latin Small Letter O With Diaeresis");
    assertThat(CanonicalJson.write(map))
        .isEqualTo(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                + "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
                + "\"\ud83d\ude00\":\"Emoji: Grinning Face\","
                + "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
  }

  @Test
  void controlCharactersAreEscapedTheShortWay() {
    assertThat(CanonicalJson.write("\b\t\n\f\r\"\\/\u0001\u001f\u007f"))
        .isEqualTo("\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\u007f\"");
  }

  @Test
  void integersBooleansNullsAndArrays() {
    assertThat(CanonicalJson.write(Arrays.asList(0, -1, 9_007_199_254_740_992L, true, null)))
        .isEqualTo("[0,-1,9007199254740992,true,null]");
  }

  @Test
  void whatHasNoExactFormIsRefused() {
    for (Object bad : List.<Object>of(1.5, 9_007_199_254_740_993L, "\ud800", "\udc00x", 'c')) {
      assertThatThrownBy(() -> CanonicalJson.write(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
