package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a vote says. */
public enum Decision {
  @JsonProperty("approve")
  APPROVE,
  @JsonProperty("deny")
  DENY
}
