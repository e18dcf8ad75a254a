package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The privileged actions there are. */
public enum ActionKind {
  EXECUTE_SQL,
  APPLY_MIGRATION,
  EXPORT_DATA,
  GRANT_ROLE,
  CHANGE_INFRASTRUCTURE;

  /** Empty for a word that is none of them. */
  public static Optional<ActionKind> named(String wireName) {
    return Arrays.stream(values()).filter(kind -> kind.wireName().equals(wireName)).findFirst();
  }

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
