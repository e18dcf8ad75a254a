package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a ballot says; a withdrawal takes the same person's earlier vote back. */
public enum Decision {
  @JsonProperty("approve")
  APPROVE,
  @JsonProperty("deny")
  DENY,
  @JsonProperty("withdraw")
  WITHDRAW
}
