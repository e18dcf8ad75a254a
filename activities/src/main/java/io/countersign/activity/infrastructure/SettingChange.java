package io.countersign.activity.infrastructure;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A setting of a PostgreSQL server as it will be.
 *
 * @param value null where it is reset
 */
public record SettingChange(String name, @Nullable String value) {

  /** Runs in no transaction. */
  public String sql() {
    String quoted =
        Stream.of(name.split("\\.")).map(part -> '"' + part + '"').collect(Collectors.joining("."));
    return value == null
        ? "alter system reset " + quoted
        : "alter system set %s = E'%s'"
            .formatted(quoted, value.replace("\\", "\\\\").replace("'", "''"));
  }

  String shown(String target) {
    String where = "for the whole server of target `%s`".formatted(target);
    return value == null
        ? "resets `%s` %s to what its configuration file says".formatted(name, where)
        : "sets `%s` %s to `%s`".formatted(name, where, value);
  }
}
