package io.countersign.sql;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a walk over a parse tree collects. The class only ever gets worse. */
final class Findings {
  private StatementClass statementClass = StatementClass.READ;
  private Reversible reversible = Reversible.YES;
  private String verb = "Read";
  private int verbRank;
  private boolean wholeRows;
  private boolean unboundedWrite;
  private final Set<String> targets = new LinkedHashSet<>();
  private final Set<String> tables = new LinkedHashSet<>();
  private final Set<String> columns = new LinkedHashSet<>();
  private final Set<String> functions = new LinkedHashSet<>();
  private final Set<String> operators = new LinkedHashSet<>();
  private final Set<String> types = new LinkedHashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final Set<String> problemsOfRead = new LinkedHashSet<>();
  private final MentionsBuilder mentions = new MentionsBuilder();

  /** Notes one effect; the verb of the highest rank opens the title. */
  void effect(StatementClass effect, Reversible back, String phrase, int rank) {
    raise(effect);
    reversible = back == Reversible.NO || reversible == Reversible.YES ? back : reversible;
    if (rank > verbRank) {
      verbRank = rank;
      verb = phrase;
    }
  }

  void raise(StatementClass effect) {
    statementClass = statementClass.worse(effect);
  }

  void problem(String reason) {
    problems.add(reason);
  }

  /** What only keeps a statement from being a read; one that does more is judged by that. */
  void problemOfRead(String reason) {
    problemsOfRead.add(reason);
  }

  void unboundedWrite() {
    unboundedWrite = true;
  }

  void wholeRows() {
    wholeRows = true;
    mentions.everyColumn();
  }

  void wholeRowsOf(String qualifier) {
    wholeRows = true;
    mentions.qualified(qualifier, Mentions.STAR);
  }

  /** A problem until a catalogue knows the name. */
  void doubt(Doubt doubt) {
    mentions.doubt(doubt);
  }

  void target(String name) {
    targets.add(name);
  }

  void table(String name) {
    tables.add(name);
  }

  /** A column that may belong to any table. */
  void column(String name) {
    columns.add(name);
    mentions.lone(name);
  }

  void columnOf(String qualifier, String name) {
    columns.add(name);
    mentions.qualified(qualifier, name);
  }

  /** What follows {@code (expression).}: a field, or a function's name. */
  void field(String name) {
    columns.add(name);
    mentions.field(name);
  }

  void function(String name) {
    functions.add(name);
  }

  void operator(String name) {
    operators.add(name);
  }

  void type(String name) {
    types.add(name);
  }

  MentionsBuilder mentions() {
    return mentions;
  }

  StatementClass statementClass() {
    return statementClass;
  }

  /** Every name that came from the statement, to be looked at for hidden characters. */
  List<String> names() {
    List<String> names = new ArrayList<>(targets);
    names.addAll(tables);
    names.addAll(columns);
    names.addAll(functions);
    names.addAll(types);
    names.addAll(mentions.rowNames());
    return names;
  }

  /** Tables with a name outside ASCII: only a catalogue can say whether they are what they seem. */
  List<Doubt> foreignTables() {
    return Stream.of(targets, tables)
        .flatMap(Set::stream)
        .flatMap(table -> QualifiedName.parts(table).stream())
        .filter(part -> !Lookalikes.isPlain(part))
        .map(part -> new Doubt(Doubt.Subject.NAME, part))
        .distinct()
        .toList();
  }

  /** The analysis so far; nothing with a problem is a read. */
  Analysis toAnalysis(int statements, Tokens tokens) {
    Set<String> ordered = new LinkedHashSet<>(targets);
    ordered.addAll(tables);
    boolean rows = wholeRows || mentions.namesWholeRow();
    if (statementClass == StatementClass.READ) {
      problems.addAll(problemsOfRead);
    }
    boolean isRead = statementClass == StatementClass.READ && problems.isEmpty();
    Mentions detail = mentions.build(isRead ? verb : null);
    detail.doubts().forEach(doubt -> problems.add(doubt.reason()));
    if (!problems.isEmpty() && statementClass == StatementClass.READ) {
      effect(StatementClass.UNKNOWN, Reversible.UNKNOWN, "Query", 1);
    }
    return new Analysis(
        statementClass,
        statements,
        verb,
        List.copyOf(ordered),
        List.copyOf(columns),
        rows,
        List.copyOf(functions),
        List.copyOf(operators),
        List.copyOf(types),
        unboundedWrite,
        statementClass == StatementClass.UNKNOWN ? Reversible.UNKNOWN : reversible,
        List.copyOf(problems),
        tokens.warnings(),
        tokens.literals(),
        tokens.comments(),
        tokens.hotSpans(),
        detail);
  }
}
