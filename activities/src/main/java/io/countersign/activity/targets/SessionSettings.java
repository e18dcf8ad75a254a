package io.countersign.activity.targets;

import io.countersign.activity.targets.TargetDatabase.Purpose;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.core.BaseConnection;

/** Everything that a role or a database could bend, and what a session on a target pins it to. */
final class SessionSettings {
  private static final int CONNECTION_CHECK_SINCE = 140_000;

  private SessionSettings() {}

  /** Those of a transaction. */
  static Map<String, String> pinned(
      TargetDatabase database, BaseConnection connection, Purpose purpose) {
    Map<String, String> pinned = new LinkedHashMap<>();
    pinned.put("search_path", database.searchPath());
    pinned.put("application_name", purpose.applicationName());
    pinned.put("statement_timeout", millis(purpose.timeout()));
    pinned.put("lock_timeout", millis(database.settings().lockTimeout()));
    pinned.put(
        "idle_in_transaction_session_timeout", millis(database.settings().idleInTransaction()));
    pinned.put("synchronous_commit", "on");
    pinned.put("standard_conforming_strings", "on");
    pinned.put("transform_null_equals", "off");
    pinned.put("row_security", "on");
    pinned.put("check_function_bodies", "on");
    pinned.put("TimeZone", "UTC");
    pinned.put("IntervalStyle", "postgres");
    pinned.put("bytea_output", "hex");
    pinned.put("extra_float_digits", "1");
    if (connection.haveMinimumServerVersion(CONNECTION_CHECK_SINCE)) {
      pinned.put("client_connection_check_interval", "1000");
    }
    if (purpose.isRead()) {
      // A speed bump; the read role's missing privileges are the wall.
      pinned.put("default_transaction_read_only", "on");
      pinned.put("transaction_read_only", "on");
    }
    return pinned;
  }

  /** Those that come with the connection, where no transaction is to hold them. */
  static Map<String, String> outside(TargetDatabase database, Purpose purpose) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("search_path", database.searchPath());
    settings.put("statement_timeout", millis(purpose.timeout()));
    settings.put("lock_timeout", millis(database.settings().lockTimeout()));
    settings.put("synchronous_commit", "on");
    settings.put("row_security", "on");
    settings.put("TimeZone", "UTC");
    return settings;
  }

  private static String millis(Duration duration) {
    return duration.toMillis() + "ms";
  }
}
