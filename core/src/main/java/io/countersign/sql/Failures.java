package io.countersign.sql;

import io.countersign.action.Digest;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Statements that the parser could not deal with: repeats are answered at once instead of using up
 * a parser each time. After some answers a statement gets another try, because what was slow may
 * have been so for the machine's sake.
 */
final class Failures {
  private static final int ANSWERS = 20;

  private record Failed(ParserFailure why, int answersLeft) {}

  private final int capacity;
  private final SequencedMap<Digest, Failed> failed = new LinkedHashMap<>();

  Failures(int capacity) {
    this.capacity = capacity;
  }

  synchronized void add(Digest statement, ParserFailure why) {
    if (why.isOfStatement()) {
      failed.putLast(statement, new Failed(why, ANSWERS));
      if (failed.size() > capacity) {
        failed.pollFirstEntry();
      }
    }
  }

  synchronized Optional<ParserFailure> find(Digest statement) {
    Failed known = failed.get(statement);
    if (known == null) {
      return Optional.empty();
    }
    if (known.answersLeft() == 1) {
      failed.remove(statement);
    } else {
      failed.put(statement, new Failed(known.why(), known.answersLeft() - 1));
    }
    return Optional.of(known.why());
  }
}
