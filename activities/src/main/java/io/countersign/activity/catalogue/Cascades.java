package io.countersign.activity.catalogue;

import io.countersign.activity.catalogue.Reach.Edge;
import io.countersign.activity.catalogue.Reach.Step;
import io.countersign.sql.RowChange;
import io.countersign.sql.RowChange.Kind;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What changes besides: through views, in partitions and children, and along foreign keys. */
final class Cascades {
  private static final CatalogueQuery KEYS =
      new CatalogueQuery(
          """
          select k.oid, k.conname, k.conrelid, k.confrelid, k.confdeltype::pg_catalog.text,
            k.confupdtype::pg_catalog.text,
            array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a
              where a.attrelid = k.confrelid and a.attnum = any (k.confkey)),
            array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a
              where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
          from pg_catalog.pg_constraint k
          where k.contype = 'f' and k.confrelid = any (?::pg_catalog.oid[])
          order by k.oid
          """);

  private final Connection connection;
  private final Reach reach;
  private final Fingerprint fingerprint;
  private final Map<Long, Set<Kind>> changes = new LinkedHashMap<>();
  private final Map<Long, Set<String>> keyColumns = new LinkedHashMap<>();
  private final Set<String> effects = new TreeSet<>();
  private final Deque<Pending> left = new ArrayDeque<>();

  /**
   * @param columns that change, null for any
   */
  private record Pending(long oid, Kind kind, @Nullable Set<String> columns) {}

  private record Key(
      long oid,
      String name,
      long from,
      long to,
      String onDelete,
      String onUpdate,
      List<String> referenced,
      List<String> referencing) {}

  Cascades(Connection connection, Reach reach, Fingerprint fingerprint) {
    this.connection = connection;
    this.reach = reach;
    this.fingerprint = fingerprint;
  }

  /**
   * @param assigned names of columns that an UPDATE may set, null for any
   */
  void follow(List<RowChange> written, Map<String, Long> named, @Nullable Set<String> assigned)
      throws SQLException {
    for (RowChange change : written) {
      Long oid = named.get(change.table());
      if (oid != null) {
        change(oid, change.kind(), assigned);
      }
    }
    while (!left.isEmpty() && !reach.isTooFar()) {
      Pending change = left.poll();
      for (Step step : List.of(Step.BENEATH, Step.CHILD)) {
        for (Edge edge : reach.edges(step, change.oid())) {
          change(edge.to(), change.kind(), change.columns());
        }
      }
      if (change.kind() != Kind.INSERT && change.kind() != Kind.TRUNCATE) {
        alongKeys(change);
      }
    }
  }

  private void change(long oid, Kind kind, @Nullable Set<String> columns) {
    if (changes.computeIfAbsent(oid, key -> EnumSet.noneOf(Kind.class)).add(kind)) {
      left.add(new Pending(oid, kind, columns));
    } else if (kind == Kind.UPDATE && columns != null && !columns.isEmpty()) {
      // Seen before with other columns; a second round ends because keys are finite.
      Set<String> known = keyColumns.computeIfAbsent(oid, key -> new TreeSet<>());
      if (known.addAll(columns)) {
        left.add(new Pending(oid, kind, columns));
      }
    }
  }

  private void alongKeys(Pending change) throws SQLException {
    List<Key> keys = KEYS.ask(connection, Cascades::key, "{" + change.oid() + "}");
    for (Key key : keys) {
      Kind next = next(change, key);
      if (next != null) {
        Relation to = reach.relation(key.to());
        String cause = to == null ? "" : to.qualified();
        reach.add(Map.of(key.from(), "by a foreign key to " + Shown.name(cause)));
        Relation from = reach.relation(key.from());
        String child = from == null ? "" : from.qualified();
        fingerprint.add(
            "foreign key " + child + "." + key.name(),
            key.oid()
                + " "
                + key.onDelete()
                + key.onUpdate()
                + key.referenced()
                + key.referencing());
        effects.add(
            "the foreign key %s %s %s too"
                .formatted(Shown.name(key.name()), words(next), Shown.name(child)));
        Set<String> columns = new TreeSet<>(key.referencing());
        keyColumns.computeIfAbsent(key.from(), oid -> new TreeSet<>()).addAll(columns);
        change(key.from(), next, columns);
      }
    }
  }

  private static @Nullable Kind next(Pending change, Key key) {
    return switch (change.kind()) {
      case INSERT, TRUNCATE -> null;
      case TRUNCATE_CASCADE -> Kind.TRUNCATE_CASCADE;
      case DELETE -> reaction(key.onDelete(), Kind.DELETE);
      case UPDATE -> {
        Set<String> columns = change.columns();
        boolean touchesKey =
            columns == null || key.referenced().stream().anyMatch(columns::contains);
        yield touchesKey ? reaction(key.onUpdate(), Kind.UPDATE) : null;
      }
    };
  }

  private static @Nullable Kind reaction(String action, Kind cascaded) {
    return switch (action) {
      case "c" -> cascaded;
      case "n", "d" -> Kind.UPDATE;
      default -> null;
    };
  }

  private static String words(Kind kind) {
    return switch (kind) {
      case INSERT, UPDATE -> "changes rows of";
      case DELETE -> "deletes rows of";
      case TRUNCATE, TRUNCATE_CASCADE -> "empties";
    };
  }

  private static Key key(ResultSet row) throws SQLException {
    return new Key(
        row.getLong(1),
        row.getString(2),
        row.getLong(3),
        row.getLong(4),
        row.getString(5),
        row.getString(6),
        texts(row.getArray(7)),
        texts(row.getArray(8)));
  }

  private static List<String> texts(Array array) throws SQLException {
    List<String> texts = new ArrayList<>();
    if (array.getArray() instanceof String[] values) {
      texts.addAll(List.of(values));
    }
    return texts;
  }

  /** What happens to the rows of each relation. */
  Map<Long, Set<Kind>> changes() {
    return changes;
  }

  /** Columns that a foreign key sets or compares. */
  Map<Long, Set<String>> keyColumns() {
    return keyColumns;
  }

  Set<String> effects() {
    return effects;
  }
}
