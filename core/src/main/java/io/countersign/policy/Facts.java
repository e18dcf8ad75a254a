package io.countersign.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What we established of an action; policy expressions see this and nothing else (R8).
 *
 * @param estimatedRows null when no estimate was made; a rule that reads it then errs to review
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
    boolean uninspectable) {}
