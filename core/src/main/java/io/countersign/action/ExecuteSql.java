package io.countersign.action;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One statement, byte for byte, and its parameters. */
public record ExecuteSql(String sql, List<@Nullable String> params) implements Arguments {
  public ExecuteSql {
    params = Collections.unmodifiableList(new ArrayList<@Nullable String>(params));
  }

  @Override
  public ActionKind kind() {
    return ActionKind.EXECUTE_SQL;
  }

  @Override
  public Map<String, Object> content() {
    return Map.of("sql", sql, "params", params);
  }

  @Override
  public List<Statement> steps() {
    return List.of(new Statement(sql, params));
  }
}
