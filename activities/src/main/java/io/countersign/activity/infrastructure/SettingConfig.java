package io.countersign.activity.infrastructure;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A setting of the target's PostgreSQL server that an operation changes for the whole server.
 *
 * @param name as PostgreSQL has it
 * @param value the parameter that holds the new value; null where it is reset
 * @param reset true to take back what an earlier operation of this kind had set
 */
public record SettingConfig(
    @Nullable String name, @Nullable String value, @Nullable Boolean reset) {
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)?");

  /** Their values are programs, libraries or logins. */
  private static final Pattern DANGEROUS =
      Pattern.compile(".*(_command|_libraries|_library_path|conninfo)|krb_server_keyfile");

  public SettingConfig {
    if (name == null || name.length() > 63 || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("name: expected a setting of PostgreSQL in lower case");
    }
    if (DANGEROUS.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: expected no setting that holds a program, a library or a login");
    }
    if ((value == null) == !Boolean.TRUE.equals(reset)) {
      throw new IllegalArgumentException("expected either `value`, a parameter, or `reset: true`");
    }
  }

  boolean isReset() {
    return value == null;
  }
}
