package io.countersign.store;

import org.jspecify.annotations.Nullable;

/**
 * How to reach the control database.
 *
 * @param url a {@code jdbc:postgresql:} URL
 */
public record DatabaseConfig(String url, String user, @Nullable String password) {
  public DatabaseConfig {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("database.url: expected a jdbc:postgresql: URL");
    }
  }

  /** Without the password, for logs. */
  @Override
  public String toString() {
    return "DatabaseConfig[user=" + user + "]";
  }
}
