package io.countersign.activity.export;

import io.countersign.action.ExportData.Format;
import io.countersign.activity.targets.ResultColumn;
import java.util.List;
import java.util.function.Predicate;
import org.postgresql.core.Tuple;

/** How rows stand in a file; values are copied as PostgreSQL wrote them, in UTF-8. */
public interface RowFormat {
  /** What stands before the first row. */
  void head(ByteBuilder out);

  void row(ByteBuilder out, Tuple row);

  /**
   * @param hides the columns of which no value may be in the file
   */
  static RowFormat of(Format format, List<ResultColumn> columns, Predicate<ResultColumn> hides) {
    return switch (format) {
      case CSV -> new CsvFormat(columns, hides);
      case JSONL -> new JsonLinesFormat(columns, hides);
    };
  }
}
