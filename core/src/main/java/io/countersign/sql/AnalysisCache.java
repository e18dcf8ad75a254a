package io.countersign.sql;

import io.countersign.action.Digest;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** The latest analyses by the statement's digest; a bounded number, and no huge ones. */
final class AnalysisCache {
  private static final int LARGEST = 2000;

  private final int capacity;
  private final SequencedMap<Digest, Analysis> analyses = new LinkedHashMap<>(16, 0.75f, true);

  AnalysisCache(int capacity) {
    this.capacity = capacity;
  }

  synchronized Optional<Analysis> find(Digest statement) {
    return Optional.ofNullable(analyses.get(statement));
  }

  synchronized void add(Digest statement, Analysis analysis) {
    if (analysis.literals().size() + analysis.comments().size() > LARGEST) {
      return;
    }
    analyses.put(statement, analysis);
    if (analyses.size() > capacity) {
      analyses.pollFirstEntry();
    }
  }

  synchronized int size() {
    return analyses.size();
  }
}
