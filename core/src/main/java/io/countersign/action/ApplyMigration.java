package io.countersign.action;

import java.util.List;
import java.util.Map;

/**
 * Statements that change a schema, in their order.
 *
 * @param rollbackStatements that would take it back, kept for an action of their own; may be empty
 */
public record ApplyMigration(String name, List<String> statements, List<String> rollbackStatements)
    implements Arguments {
  public ApplyMigration {
    statements = List.copyOf(statements);
    rollbackStatements = List.copyOf(rollbackStatements);
  }

  @Override
  public ActionKind kind() {
    return ActionKind.APPLY_MIGRATION;
  }

  @Override
  public Map<String, Object> content() {
    return Map.of(
        "name", name, "statements", statements, "rollback_statements", rollbackStatements);
  }

  @Override
  public List<Statement> steps() {
    return statements.stream().map(sql -> new Statement(sql, List.of())).toList();
  }
}
