package io.countersign.sql;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What PostgreSQL's grammar says of one statement, before any catalogue look-up.
 *
 * @param verb the title's verb phrase, for example {@code Delete from}
 * @param tables every relation named, as written, unquoted: {@code payments} or {@code
 *     public.payments}; common table expression names are left out
 * @param columns every column identifier named, last part only, without qualifiers
 * @param wholeRows true if any {@code *}, whole-row reference or NATURAL join makes the columns
 *     unknown here
 * @param functions function names called, qualified as written
 * @param operators operator names used
 * @param types type names used
 * @param unboundedWrite an UPDATE or DELETE without WHERE, or with a constant one; TRUNCATE
 * @param uninspectable why people must look; empty if everything was understood
 * @param warnings what a reviewer should notice (invisible characters, very long statement)
 * @param literals every string, number and bit string, in UTF-8 byte offsets
 * @param comments every comment, in UTF-8 byte offsets
 * @param hotSpans dangerous clauses, in UTF-8 byte offsets
 * @param mentions how the names are used; {@link Mentions#NONE} in what was stored without
 */
public record Analysis(
    StatementClass statementClass,
    int statements,
    String verb,
    List<String> tables,
    List<String> columns,
    boolean wholeRows,
    List<String> functions,
    List<String> operators,
    List<String> types,
    boolean unboundedWrite,
    Reversible reversible,
    List<String> uninspectable,
    List<String> warnings,
    List<Span> literals,
    List<Span> comments,
    List<Span> hotSpans,
    Mentions mentions) {

  private static final int SHOWN_NAME = 140;

  /** Half-open range of UTF-8 byte offsets into the statement. */
  public record Span(int start, int end) {}

  public Analysis {
    tables = List.copyOf(tables);
    columns = List.copyOf(columns);
    functions = List.copyOf(functions);
    operators = List.copyOf(operators);
    types = List.copyOf(types);
    uninspectable = List.copyOf(uninspectable);
    warnings = List.copyOf(warnings);
    literals = List.copyOf(literals);
    comments = List.copyOf(comments);
    hotSpans = List.copyOf(hotSpans);
    mentions = Objects.requireNonNullElse(mentions, Mentions.NONE);
  }

  /** True if nothing was left for people to inspect. */
  @JsonIgnore
  public boolean isComplete() {
    return uninspectable.isEmpty();
  }

  /** What the statement does to what, for example {@code Delete from payments and 1 more}. */
  public String title() {
    return switch (tables.size()) {
      case 0 -> verb;
      case 1 -> verb + " " + SafeText.line(tables.getFirst(), SHOWN_NAME);
      default ->
          "%s %s and %d more"
              .formatted(verb, SafeText.line(tables.getFirst(), SHOWN_NAME), tables.size() - 1);
    };
  }

  /**
   * The same as a catalogue sees it: it answers for the walk's doubts, and what it objects to is
   * left for people, so that it is no read any more.
   */
  public Analysis settledBy(Resolution resolution) {
    List<String> left = new ArrayList<>(uninspectable);
    mentions.doubts().forEach(doubt -> left.remove(doubt.reason()));
    left.addAll(resolution.objections());
    String readVerb = mentions.readVerb();
    if (left.isEmpty() && readVerb != null) {
      return with(StatementClass.READ, readVerb, Reversible.YES, left);
    }
    boolean isDoubtedRead = statementClass == StatementClass.READ && !left.isEmpty();
    return with(isDoubtedRead ? StatementClass.UNKNOWN : statementClass, verb, reversible, left);
  }

  /** The same where a statement is not what its kind of action may run. */
  public Analysis unfit(String why) {
    List<String> left = new ArrayList<>(uninspectable);
    left.add(why);
    return with(StatementClass.UNKNOWN, verb, reversible, left);
  }

  /** The same of a read whose rows leave as a file: that cannot be taken back. */
  public Analysis exported() {
    return with(StatementClass.EXPORT, "Export", Reversible.NO, uninspectable);
  }

  /** The same under another title, where more is known than the statement says. */
  public Analysis titled(String title, Reversible back) {
    return with(statementClass, title, back, uninspectable);
  }

  /** The same with more that a reviewer should notice. */
  public Analysis warned(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return with(statementClass, verb, reversible, uninspectable, all);
  }

  private Analysis with(StatementClass type, String title, Reversible back, List<String> left) {
    return with(type, title, back, left, warnings);
  }

  private Analysis with(
      StatementClass type, String title, Reversible back, List<String> left, List<String> noticed) {
    return new Analysis(
        type,
        statements,
        title,
        tables,
        columns,
        wholeRows,
        functions,
        operators,
        types,
        unboundedWrite,
        back,
        left,
        noticed,
        literals,
        comments,
        hotSpans,
        mentions);
  }
}
