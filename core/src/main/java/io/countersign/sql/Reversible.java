package io.countersign.sql;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether the effect can be taken back by another statement. */
public enum Reversible {
  YES,
  NO,
  UNKNOWN;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
