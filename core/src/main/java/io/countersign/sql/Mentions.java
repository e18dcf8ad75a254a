package io.countersign.sql;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a statement uses the names of its {@link Analysis}, in the detail that a catalogue needs.
 *
 * @param everyColumn true if some column of any table may be meant
 * @param lone column names that stand without a qualifier
 * @param qualified column names behind a table's name or alias
 * @param fields names behind {@code (expression).}, which may call a function
 * @param sources what a table goes by in the statement, with the tables it may stand for, as
 *     written
 * @param derived what subqueries, common table expressions and functions go by
 * @param changes to rows
 * @param doubts that a catalogue may settle; each is also a reason of the analysis
 * @param readVerb the title's verb if the statement is a read once every doubt is settled
 */
public record Mentions(
    boolean everyColumn,
    List<String> lone,
    List<Qualified> qualified,
    List<String> fields,
    SortedMap<String, List<String>> sources,
    List<String> derived,
    List<RowChange> changes,
    List<Doubt> doubts,
    @Nullable String readVerb) {

  /** Where nothing is known in detail. */
  public static final Mentions NONE =
      new Mentions(
          false,
          List.of(),
          List.of(),
          List.of(),
          new TreeMap<>(),
          List.of(),
          List.of(),
          List.of(),
          null);

  /** Stands for every column of the qualifier. */
  public static final String STAR = "*";

  /** A column, or {@link #STAR}, behind a qualifier's last part. */
  public record Qualified(String qualifier, String column) {}

  public Mentions {
    lone = List.copyOf(lone);
    qualified = List.copyOf(qualified);
    fields = List.copyOf(fields);
    sources = new TreeMap<>(sources);
    derived = List.copyOf(derived);
    changes = List.copyOf(changes);
    doubts = List.copyOf(doubts);
  }
}
