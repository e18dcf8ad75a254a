package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One read whose rows become a file. */
public record ExportData(String sql, List<@Nullable String> params, Format format)
    implements Arguments {

  /** What the file holds: RFC 4180 lines, or one JSON object a line. */
  public enum Format {
    CSV,
    JSONL;

    @JsonValue
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public ExportData {
    params = Collections.unmodifiableList(new ArrayList<@Nullable String>(params));
  }

  @Override
  public ActionKind kind() {
    return ActionKind.EXPORT_DATA;
  }

  @Override
  public Map<String, Object> content() {
    return Map.of("sql", sql, "params", params, "format", format.wireName());
  }

  @Override
  public List<Statement> steps() {
    return List.of(new Statement(sql, params));
  }
}
