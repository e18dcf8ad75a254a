package io.countersign.action;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement for a database, byte for byte, and its parameters.
 *
 * @param params values for $1, $2 ...; each a string or null, sent to PostgreSQL untyped
 */
public record Statement(String sql, List<@Nullable String> params) {
  public Statement {
    params = Collections.unmodifiableList(new ArrayList<@Nullable String>(params));
  }
}
