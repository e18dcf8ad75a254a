package io.countersign.action;

import org.jspecify.annotations.Nullable;

/**
 * Who submitted an action.
 *
 * @param onBehalfOf the person id of the human the agent acts for, where the token names one
 */
public record Requester(PrincipalType type, String id, @Nullable String onBehalfOf) {

  /** For the engine, where anybody may read: an agent's id, and no person's. */
  public String shown() {
    return type == PrincipalType.AGENT ? id : "person";
  }
}
