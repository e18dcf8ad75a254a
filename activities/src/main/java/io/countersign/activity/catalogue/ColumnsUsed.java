package io.countersign.activity.catalogue;

import io.countersign.activity.catalogue.Reach.Edge;
import io.countersign.activity.catalogue.Reach.Step;
import io.countersign.sql.Mentions;
import io.countersign.sql.Mentions.Qualified;
import io.countersign.sql.QualifiedName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which columns of the relations reached a statement may read or write; in doubt all. */
final class ColumnsUsed {
  private static final Set<String> OF_THE_SYSTEM =
      Set.of("tableoid", "cmax", "xmax", "cmin", "xmin", "ctid");

  private final Mentions mentions;
  private final boolean isEvery;
  private final Set<String> lone;
  private final Map<String, Long> named;
  private final Map<Long, Set<String>> columns = new HashMap<>();
  private final Map<Long, Set<String>> used = new HashMap<>();
  private final Set<String> rowCalls = new TreeSet<>();

  /**
   * @param named ids of the relations by their name as written
   */
  ColumnsUsed(Question question, Map<String, Long> named, List<Column> known) {
    this.mentions = question.mentions();
    boolean isWithoutDetail = mentions.equals(Mentions.NONE);
    this.isEvery =
        !question.complete() || mentions.everyColumn() || (isWithoutDetail && question.wholeRows());
    this.lone = Set.copyOf(isWithoutDetail ? question.columns() : mentions.lone());
    this.named = named;
    for (Column column : known) {
      columns.computeIfAbsent(column.relation(), oid -> new HashSet<>()).add(column.name());
    }
    named.values().forEach(this::useLone);
    mentions.qualified().forEach(this::useQualified);
  }

  private void useLone(long oid) {
    for (String column : of(oid)) {
      if (isEvery || lone.contains(column)) {
        use(oid, column);
      }
    }
  }

  private void useQualified(Qualified name) {
    List<Long> sources = sources(name.qualifier());
    for (long oid : sources) {
      if (name.column().equals(Mentions.STAR)) {
        useEvery(oid);
      } else if (of(oid).contains(name.column())) {
        use(oid, name.column());
      } else if (!OF_THE_SYSTEM.contains(name.column())) {
        // PostgreSQL takes it for a function of the whole row, if there is one.
        rowCalls.add(name.column());
      }
    }
  }

  /** The relations behind a qualifier: those it is known for, or any. */
  private List<Long> sources(String qualifier) {
    List<String> written = mentions.sources().get(qualifier);
    if (written != null) {
      return written.stream().flatMap(name -> Stream.ofNullable(named.get(name))).toList();
    }
    return mentions.derived().contains(qualifier) ? List.of() : List.copyOf(named.values());
  }

  /** Names that may call a function with a row, because a row that may be meant lacks them. */
  Set<String> rowCalls() {
    return rowCalls;
  }

  /** A function of whole rows is called by a column's name: the rows that lack it are read. */
  void callWithRow(String function) {
    for (Qualified name : mentions.qualified()) {
      if (name.column().equals(function)) {
        sources(name.qualifier()).stream()
            .filter(oid -> !of(oid).contains(function))
            .forEach(this::useEvery);
      }
    }
  }

  void use(long oid, String column) {
    used.computeIfAbsent(oid, key -> new TreeSet<>()).add(column);
  }

  void useEvery(long oid) {
    of(oid).forEach(column -> use(oid, column));
  }

  private Set<String> of(long oid) {
    return columns.getOrDefault(oid, Set.of());
  }

  /** Carries what is used along the steps: a view uses all that its definition does. */
  void spread(Reach reach, Set<Long> wholeRowViews) {
    Deque<Long> left = new ArrayDeque<>(reach.oids());
    while (!left.isEmpty()) {
      long from = left.poll();
      for (Step step : Step.values()) {
        for (Edge edge : reach.edges(step, from)) {
          int before = usedOf(edge.to()).size();
          follow(edge, wholeRowViews.contains(from));
          if (usedOf(edge.to()).size() > before) {
            left.add(edge.to());
          }
        }
      }
    }
  }

  private void follow(Edge edge, boolean isWholeRow) {
    if (edge.step() != Step.BENEATH) {
      for (String column : List.copyOf(usedOf(edge.from()))) {
        if (of(edge.to()).contains(column)) {
          use(edge.to(), column);
        }
      }
    } else if (isWholeRow) {
      useEvery(edge.to());
    } else if (edge.column() != null) {
      use(edge.to(), edge.column());
    }
  }

  boolean isUsed(Column column) {
    return usedOf(column.relation()).contains(column.name());
  }

  private Set<String> usedOf(long oid) {
    return used.getOrDefault(oid, Set.of());
  }

  /** {@code schema.table.column}, sorted. */
  List<String> qualified(Reach reach) {
    Set<String> names = new TreeSet<>();
    for (Relation relation : reach.relations()) {
      for (String column : usedOf(relation.oid())) {
        names.add(QualifiedName.of(List.of(relation.schema(), relation.name(), column)));
      }
    }
    return List.copyOf(names);
  }
}
