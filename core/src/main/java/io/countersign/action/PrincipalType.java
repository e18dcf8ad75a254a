package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** A person may decide; an agent never does. */
public enum PrincipalType {
  PERSON,
  AGENT;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
