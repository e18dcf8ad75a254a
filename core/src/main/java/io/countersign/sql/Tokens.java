package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.sql.Analysis.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the scanner's tokens tell: where values and comments are, and what might mislead people. */
final class Tokens {
  private static final Set<Integer> LITERALS = Set.of(260, 261, 262, 263, 264, 266);
  private static final Set<Integer> COMMENTS = Set.of(275, 276);
  private static final int IDENTIFIER = 258;
  private static final int UNICODE_IDENTIFIER = 259;
  private static final int LONGEST_NAME = 63;
  private static final int LONG_GAP = 200;
  private static final Set<String> HOT_WORDS =
      Set.of(
          "ALTER",
          "CALL",
          "CASCADE",
          "COPY",
          "CREATE",
          "DELETE",
          "DISABLE",
          "DO",
          "DROP",
          "EXECUTE",
          "GRANT",
          "INSERT",
          "INTO",
          "MERGE",
          "OWNER",
          "PASSWORD",
          "PROGRAM",
          "REVOKE",
          "SET",
          "TRUNCATE",
          "UPDATE");

  private final List<Span> literals = new ArrayList<>();
  private final List<Span> comments = new ArrayList<>();
  private final List<Span> hotSpans = new ArrayList<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private boolean isDeceptive;
  private int lastEnd;

  /** Reads the scanner's JSON; without faith in it: what it left out must be blank. */
  static Tokens of(String sql, JsonNode scan) {
    Tokens tokens = new Tokens();
    tokens.lookForHiddenCharacters(sql);
    scan.path("tokens").forEach(tokens::add);
    return covers(scan, sql.getBytes(StandardCharsets.UTF_8)) ? tokens : unknown(sql);
  }

  private static boolean covers(JsonNode scan, byte[] text) {
    boolean[] covered = new boolean[text.length];
    for (JsonNode token : scan.path("tokens")) {
      int start = Math.clamp(token.path("start").asInt(), 0, text.length);
      int end = Math.clamp(token.path("end").asInt(), start, text.length);
      Arrays.fill(covered, start, end, true);
    }
    for (int i = 0; i < text.length; i++) {
      if (!covered[i] && " \t\n\r\f\u000B".indexOf(text[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  /** For a text without tokens: all of it counts as a value. */
  static Tokens unknown(String sql) {
    Tokens tokens = new Tokens();
    tokens.lookForHiddenCharacters(sql);
    tokens.literals.add(new Span(0, sql.getBytes(StandardCharsets.UTF_8).length));
    return tokens;
  }

  private void add(JsonNode token) {
    Span span = new Span(token.path("start").asInt(), token.path("end").asInt());
    int type = token.path("tokenType").asInt();
    String text = token.path("text").asText();
    if (COMMENTS.contains(type) || text.startsWith("--") || text.startsWith("/*")) {
      comments.add(span);
      return;
    }
    if (span.start() - lastEnd > LONG_GAP) {
      warnings.add("much blank space or comment stands before a part of the statement");
    }
    lastEnd = span.end();
    if (LITERALS.contains(type) || text.contains("'") && type != IDENTIFIER) {
      literals.add(span);
    } else if (type == IDENTIFIER || type == UNICODE_IDENTIFIER) {
      identifier(type, text);
    } else if (token.path("keywordKind").asInt() != 0
        && HOT_WORDS.contains(text.toUpperCase(Locale.ROOT))) {
      hotSpans.add(span);
    }
  }

  private void identifier(int type, String text) {
    boolean isQuoted = text.startsWith("\"");
    String name = isQuoted ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text;
    if (type == UNICODE_IDENTIFIER) {
      deceive("a name is written with Unicode escapes");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      deceive("a name is longer than 63 bytes: PostgreSQL cuts it");
    }
    name(name);
  }

  /** Looks at a name, of a token or of the tree, for what people would misread. */
  void name(String name) {
    if (Lookalikes.isPlain(name)) {
      return;
    }
    warnings.add("a name has characters outside ASCII");
    if (Lookalikes.mayDeceive(name)) {
      deceive("a name has letters of several scripts or characters that are no letters");
    }
  }

  private void lookForHiddenCharacters(String sql) {
    sql.codePoints()
        .filter(codePoint -> codePoint != '\n' && codePoint != '\t' && codePoint != '\r')
        .filter(HiddenCharacters::isHidden)
        .forEach(
            codePoint -> {
              if (HiddenCharacters.isBidirectional(codePoint)) {
                deceive("it has characters that change the direction of text");
              } else if (HiddenCharacters.isZeroWidth(codePoint)) {
                deceive("it has characters of zero width");
              } else if (Character.isISOControl(codePoint)) {
                deceive("it has control characters");
              } else {
                deceive("it has characters that cannot be seen");
              }
            });
  }

  private void deceive(String warning) {
    isDeceptive = true;
    warnings.add(warning);
  }

  /** True if what people see may not be what PostgreSQL reads. */
  boolean isDeceptive() {
    return isDeceptive;
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  List<Span> literals() {
    return List.copyOf(literals);
  }

  List<Span> comments() {
    return List.copyOf(comments);
  }

  List<Span> hotSpans() {
    return List.copyOf(hotSpans);
  }
}
