package io.countersign.activity.masking;

import io.countersign.action.PrincipalType;
import io.countersign.action.Target;
import io.countersign.activity.targets.NativeStatement;
import io.countersign.activity.targets.ResultColumn;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionRow;
import io.countersign.store.result.ResultTable;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;
import org.postgresql.core.Tuple;

/**
 * Replaces tagged values before anything is stored. An agent sees no tagged column; a person sees
 * those whose tags the verdict does not mask.
 */
public final class ResultMask {
  /** Stands for every masked value, null too. */
  public static final String MASKED = "•••";

  private static final long MAX_INTEGER = 1L << 53;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ColumnTags tags;
  private final boolean agent;
  private final Set<String> maskedForPersons;

  public ResultMask(Target target, ActionRow row, Verdict verdict) {
    boolean understood = row.analysis() != null && row.analysis().isComplete();
    this.tags = new ColumnTags(target, row.tags(), understood);
    this.agent = row.requester().type() == PrincipalType.AGENT;
    this.maskedForPersons = Set.copyOf(verdict.mask());
  }

  /** The result as its requester may see it. */
  public ResultTable apply(List<ResultColumn> columns, List<Tuple> tuples) {
    List<ResultTable.Column> shown = new ArrayList<>();
    for (ResultColumn column : columns) {
      shown.add(new ResultTable.Column(column.name(), column.type(), hides(column)));
    }
    List<List<@Nullable Object>> rows = new ArrayList<>(tuples.size());
    for (Tuple tuple : tuples) {
      List<@Nullable Object> row = new ArrayList<>(columns.size());
      for (int i = 0; i < columns.size(); i++) {
        row.add(shown.get(i).masked() ? MASKED : value(columns.get(i), tuple, i));
      }
      rows.add(row);
    }
    byte[] salt = new byte[16];
    RANDOM.nextBytes(salt);
    String saltText = Base64.getUrlEncoder().withoutPadding().encodeToString(salt);
    return new ResultTable(shown, rows, false, saltText);
  }

  public boolean hides(ResultColumn column) {
    Set<String> carried = tags.of(column);
    return agent ? !carried.isEmpty() : carried.stream().anyMatch(maskedForPersons::contains);
  }

  /** Everything within this is the same number to every reader of JSON. */
  public static boolean isExactInJson(long number) {
    return number <= MAX_INTEGER && number >= -MAX_INTEGER;
  }

  private static @Nullable Object value(ResultColumn column, Tuple tuple, int position) {
    String text = NativeStatement.text(tuple, position);
    if (text == null) {
      return null;
    }
    return switch (column.typeOid()) {
      case Oid.BOOL -> text.equals("t");
      case Oid.INT2, Oid.INT4, Oid.INT8 -> integer(text);
      default -> text;
    };
  }

  private static Object integer(String text) {
    long number = Long.parseLong(text);
    return isExactInJson(number) ? (Object) number : text;
  }
}
