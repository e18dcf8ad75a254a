package io.countersign.audit;

import java.util.Optional;

/**
 * Signed checkpoints one after the other, as an append-only file holds them: each note stands there
 * as it was signed (C2SP tlog-checkpoint) and ends with an empty line. A record that a crash cut
 * off is closed by a line that begins with {@code # torn}.
 */
public final class AnchorText {
  /** What follows a record that was cut off, before the next one begins. */
  public static final String TORN_RECORD = "\n# torn: a crash cut off the record above\n\n";

  private static final String TORN = "# torn";
  private static final String SIGNATURE = "\u2014 ";

  private final StringBuilder record = new StringBuilder();
  private boolean signed;

  /** One record. */
  public static String record(String note) {
    return note + "\n";
  }

  /**
   * Whether a signed text comes out of a record as it went in: not where one of its lines begins as
   * those do that end a record.
   */
  public static boolean holds(String signedText) {
    return signedText
        .lines()
        .noneMatch(line -> line.startsWith(SIGNATURE) || line.startsWith(TORN));
  }

  /**
   * Whether another record can follow.
   *
   * @param tail the end of the text: all of it, or more than one record
   */
  public static boolean isWhole(String tail) {
    if (!tail.endsWith("\n\n")) {
      return tail.isEmpty();
    }
    String lines = tail.substring(0, tail.length() - 2);
    String last = lines.substring(lines.lastIndexOf('\n') + 1);
    return last.startsWith(SIGNATURE) || last.startsWith(TORN);
  }

  /** Takes the next line, without its end; answers the note that it completes. */
  public Optional<String> take(String line) {
    if (line.startsWith(TORN)) {
      restart();
    } else if (!line.isEmpty()) {
      record.append(line).append('\n');
      signed = line.startsWith(SIGNATURE);
    } else if (signed) {
      String note = record.toString();
      restart();
      return Optional.of(note);
    } else if (!record.isEmpty()) {
      record.append('\n');
    }
    return Optional.empty();
  }

  /** Whether the lines so far end within a record. */
  public boolean isTorn() {
    return !record.isEmpty();
  }

  private void restart() {
    record.setLength(0);
    signed = false;
  }
}
