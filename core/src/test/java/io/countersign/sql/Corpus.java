package io.countersign.sql;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Statements whose class is known, in the files beside this class: one a line after its class.
 * {@code !} marks an unbounded write, {@code ?} that people must look although the class is known.
 */
public final class Corpus {
  private static final List<String> FILES =
      List.of(
          "reads",
          "reads-of-values",
          "writes",
          "unbounded-writes",
          "disguises",
          "functions",
          "catalogue",
          "definitions",
          "roles",
          "exports",
          "administration",
          "not-understood",
          "deceptions");
  private static final Pattern CODE_POINT = Pattern.compile("\\\\u([0-9a-f]{4})");

  private Corpus() {}

  /**
   * One statement.
   *
   * @param file without its ending
   * @param expected the class and its marks
   */
  public record Example(String file, String expected, String sql) {

    public boolean isRead() {
      return expected.equals("read");
    }
  }

  public static List<Example> examples() {
    return FILES.stream().flatMap(Corpus::read).toList();
  }

  /** The honest reads: each runs on the tables of {@link #sampleTables}. */
  public static List<Example> reads() {
    return examples().stream().filter(Example::isRead).toList();
  }

  /** A script of several statements. */
  public static String sampleTables() {
    return String.join("\n", ReviewedList.lines("corpus/sample.sql"));
  }

  private static Stream<Example> read(String file) {
    return ReviewedList.lines("corpus/" + file + ".txt").stream()
        .map(line -> line.split(" ", 2))
        .map(parts -> new Example(file, parts[0], unescape(parts[1])));
  }

  /** {@code \\u202e} and its like stand for the character. */
  private static String unescape(String text) {
    return CODE_POINT
        .matcher(text)
        .replaceAll(match -> Character.toString(Integer.parseInt(match.group(1), 16)));
  }
}
