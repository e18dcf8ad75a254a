package io.countersign.store.result;

import io.countersign.action.Digest;
import io.countersign.audit.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows a statement returned, as their requester may see them.
 *
 * @param rows values are text, true or false, integers within 2^53, or null
 * @param salt random text, so that the digest in the evidence does not give guessable rows away
 */
public record ResultTable(
    List<Column> columns, List<List<@Nullable Object>> rows, boolean truncated, String salt) {

  /**
   * A column of the result.
   *
   * @param type PostgreSQL's name of the type
   * @param masked true if its values are replaced
   */
  public record Column(String name, String type, boolean masked) {}

  /** The canonical text and its digest. */
  public record Written(String json, String sha256) {
    /** Length in UTF-8. */
    public long bytes() {
      return json.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  /**
   * RFC 8785 JSON of the result; {@code sha256} in it is the digest of the same JSON without that
   * member.
   */
  public Written write() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("columns", columns.stream().map(ResultTable::content).toList());
    content.put("rows", rows);
    content.put("row_count", rows.size());
    content.put("truncated", truncated);
    content.put("salt", salt);
    String sha256 = Digest.sha256(CanonicalJson.write(content)).value();
    content.put("sha256", sha256);
    return new Written(CanonicalJson.write(content), sha256);
  }

  private static Map<String, Object> content(Column column) {
    return Map.of("name", column.name(), "type", column.type(), "masked", column.masked());
  }

  public ResultTable {
    columns = List.copyOf(columns);
    rows = new ArrayList<>(rows);
  }
}
