package io.countersign.policy;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we established of an action; policy expressions see this and nothing else (R8).
 *
 * @param estimatedRows null when no estimate was made; a rule that reads it then errs to review
 * @param grant null for every kind but {@code grant_role}
 * @param operation of the infrastructure; null for every kind but {@code change_infrastructure}
 */
public record Facts(
    String kind,
    String targetName,
    String targetEnvironment,
    String requesterType,
    String requesterId,
    List<String> requesterGroups,
    String statementClass,
    int statements,
    List<String> tables,
    List<String> columns,
    List<String> tags,
    List<String> functions,
    @Nullable Long estimatedRows,
    boolean unboundedWrite,
    String reversible,
    boolean uninspectable,
    @Nullable Grant grant,
    @Nullable String operation) {

  /**
   * A role that shall be granted.
   *
   * @param attributes what the role may beyond its grants: {@code superuser}, {@code createrole}
   * @param duration null when nobody said for how long
   */
  public record Grant(String role, List<String> attributes, @Nullable Duration duration) {
    public Grant {
      attributes = List.copyOf(attributes);
    }
  }
}
