package io.countersign.sql;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a statement does, from harmless to not understood; a later constant is worse. */
public enum StatementClass {
  READ,
  WRITE,
  EXPORT,
  DDL,
  ROLE,
  ADMIN,
  UNKNOWN;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public StatementClass worse(StatementClass other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
