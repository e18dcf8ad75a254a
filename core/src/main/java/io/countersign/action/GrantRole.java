package io.countersign.action;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Membership in a role, for a while. */
public record GrantRole(String role, String grantee, Duration duration) implements Arguments {
  @Override
  public ActionKind kind() {
    return ActionKind.GRANT_ROLE;
  }

  @Override
  public Map<String, Object> content() {
    return Map.of("role", role, "grantee", grantee, "duration", duration.toString());
  }

  @Override
  public List<Statement> steps() {
    return List.of(new Statement("grant " + quoted(role) + " to " + quoted(grantee), List.of()));
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
