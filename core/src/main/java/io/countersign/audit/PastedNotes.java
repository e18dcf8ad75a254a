package io.countersign.audit;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds signed checkpoints in a text that holds other things too: copied out of a chat, with names,
 * times and code fences around them.
 */
public final class PastedNotes {
  private static final String SIGNATURE = "\u2014 ";
  private static final int MAX_LINES = 80;

  private PastedNotes() {}

  /**
   * The notes of one log, in the order of the text; whether they are genuine is another question.
   *
   * @param origin the first line of each
   */
  public static List<String> of(String text, String origin) {
    List<String> lines = text.lines().map(String::strip).toList();
    List<String> notes = new ArrayList<>();
    for (int at = 0; at < lines.size(); at++) {
      if (lines.get(at).equals(origin)) {
        notes.add(note(lines.subList(at, Math.min(lines.size(), at + MAX_LINES))));
      }
    }
    return notes;
  }

  /** From the origin to the last of the signatures that stand together. */
  private static String note(List<String> lines) {
    StringBuilder note = new StringBuilder();
    boolean signed = false;
    for (String line : lines) {
      if (signed && !line.startsWith(SIGNATURE)) {
        return note.toString();
      }
      signed = line.startsWith(SIGNATURE);
      note.append(line).append('\n');
    }
    return note.toString();
  }
}
