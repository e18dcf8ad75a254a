package io.countersign.sql;

import io.countersign.sql.Analysis.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Hides the values of a statement: literals and comments, by UTF-8 byte offset. */
public final class LiteralMask {
  private static final byte[] VALUE = "‹hidden›".getBytes(StandardCharsets.UTF_8);
  private static final byte[] COMMENT = "/* hidden comment */".getBytes(StandardCharsets.UTF_8);

  private static final Pattern SECRETS =
      Pattern.compile(
          "passw|passphrase|secret|credential|conninfo|\\bpwd\\b|\\bconnection\\b|\\boptions\\b",
          Pattern.CASE_INSENSITIVE);

  private record Cut(Span span, byte[] replacement) {}

  private LiteralMask() {}

  /** The statement with every literal and comment replaced. */
  public static String mask(String sql, Analysis analysis) {
    return mask(sql, analysis.literals(), analysis.comments());
  }

  /**
   * True if a value may be a secret: a password, or the options of a connection. Such values are
   * hidden whatever the statement touches; in doubt they are.
   */
  public static boolean mayHoldSecret(String sql, Analysis analysis) {
    return SECRETS.matcher(sql).find()
        || analysis.functions().stream()
            .anyMatch(name -> name.substring(name.lastIndexOf('.') + 1).startsWith("dblink"));
  }

  /** Spans may come in any order and overlap; what lies outside the statement is ignored. */
  public static String mask(String sql, List<Span> literals, List<Span> comments) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    List<Cut> cuts =
        Stream.concat(
                literals.stream().map(span -> new Cut(span, VALUE)),
                comments.stream().map(span -> new Cut(span, COMMENT)))
            .sorted(Comparator.comparingInt(cut -> cut.span().start()))
            .toList();
    ByteArrayOutputStream masked = new ByteArrayOutputStream(text.length);
    int done = 0;
    for (Cut cut : cuts) {
      int start = Math.clamp(cut.span().start(), 0, text.length);
      int end = Math.clamp(cut.span().end(), 0, text.length);
      if (end <= done) {
        continue;
      }
      masked.write(text, done, Math.max(0, start - done));
      masked.writeBytes(cut.replacement());
      done = end;
    }
    masked.write(text, done, text.length - done);
    return masked.toString(StandardCharsets.UTF_8);
  }
}
