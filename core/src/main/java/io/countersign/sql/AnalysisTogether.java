package io.countersign.sql;

import io.countersign.sql.Analysis.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What the grammar says of several statements that run one after the other: the worst of each. */
final class AnalysisTogether {
  private final List<Analysis> parts;
  private final List<Integer> lengths;
  private final int separatorBytes;

  private AnalysisTogether(List<Analysis> parts, List<Integer> lengths, int separatorBytes) {
    this.parts = parts;
    this.lengths = lengths;
    this.separatorBytes = separatorBytes;
  }

  static Analysis of(List<Analysis> parts, List<Integer> lengths, int separatorBytes) {
    return new AnalysisTogether(parts, lengths, separatorBytes).analysis();
  }

  private Analysis analysis() {
    Analysis worst = parts.getFirst();
    for (Analysis part : parts) {
      worst = part.statementClass().compareTo(worst.statementClass()) > 0 ? part : worst;
    }
    return new Analysis(
        worst.statementClass(),
        parts.stream().mapToInt(Analysis::statements).sum(),
        worst.verb(),
        all(Analysis::tables),
        all(Analysis::columns),
        parts.stream().anyMatch(Analysis::wholeRows),
        all(Analysis::functions),
        all(Analysis::operators),
        all(Analysis::types),
        parts.stream().anyMatch(Analysis::unboundedWrite),
        reversible(),
        all(Analysis::uninspectable),
        all(Analysis::warnings),
        spans(Analysis::literals),
        spans(Analysis::comments),
        spans(Analysis::hotSpans),
        Mentions.NONE);
  }

  /** One that cannot be taken back is enough; so is one of which nobody knows. */
  private Reversible reversible() {
    List<Reversible> each = parts.stream().map(Analysis::reversible).toList();
    if (each.contains(Reversible.NO)) {
      return Reversible.NO;
    }
    return each.contains(Reversible.UNKNOWN) ? Reversible.UNKNOWN : Reversible.YES;
  }

  private List<String> all(Function<Analysis, List<String>> names) {
    return parts.stream().map(names).flatMap(List::stream).distinct().toList();
  }

  private List<Span> spans(Function<Analysis, List<Span>> ofOne) {
    List<Span> spans = new ArrayList<>();
    int offset = 0;
    for (int i = 0; i < parts.size(); i++) {
      for (Span span : ofOne.apply(parts.get(i))) {
        spans.add(new Span(span.start() + offset, span.end() + offset));
      }
      offset += lengths.get(i) + separatorBytes;
    }
    return spans;
  }
}
