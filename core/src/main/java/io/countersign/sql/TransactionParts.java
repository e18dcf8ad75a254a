package io.countersign.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Which statements of a migration share a transaction: as many neighbours as can; one that runs in
 * no transaction is a part of its own.
 */
public final class TransactionParts {
  private TransactionParts() {}

  /**
   * Statements that take effect together.
   *
   * @param from position of the first, from 0
   * @param to position after the last
   * @param isOutside true for a single one that runs in no transaction
   */
  public record Part(int from, int to, boolean isOutside) {

    /** As people count: {@code step 3} or {@code steps 1 to 2}. */
    public String steps() {
      return to - from == 1 ? "step " + to : "steps %d to %d".formatted(from + 1, to);
    }
  }

  /** In their order; a single one where one transaction holds them all. */
  public static List<Part> of(List<String> statements) {
    List<Part> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < statements.size(); i++) {
      if (OutsideTransaction.isNeeded(statements.get(i))) {
        if (from < i) {
          parts.add(new Part(from, i, false));
        }
        parts.add(new Part(i, i + 1, true));
        from = i + 1;
      }
    }
    if (from < statements.size()) {
      parts.add(new Part(from, statements.size(), false));
    }
    return List.copyOf(parts);
  }
}
