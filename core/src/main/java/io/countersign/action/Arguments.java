package io.countersign.action;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an action of one kind is to do; the part of its digest that tells the kinds apart. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @Type(value = ExecuteSql.class, name = "execute_sql"),
  @Type(value = ApplyMigration.class, name = "apply_migration"),
  @Type(value = ExportData.class, name = "export_data"),
  @Type(value = GrantRole.class, name = "grant_role"),
  @Type(value = ChangeInfrastructure.class, name = "change_infrastructure"),
})
public sealed interface Arguments
    permits ExecuteSql, ApplyMigration, ExportData, GrantRole, ChangeInfrastructure {

  /** Stands between two steps in {@link #text}. */
  String BETWEEN_STEPS = ";\n\n";

  ActionKind kind();

  /** As they stand in the digest, in names of the HTTP API; what was left out is left out. */
  Map<String, Object> content();

  /** What a target's database is to run, in this order; empty where no database is asked. */
  List<Statement> steps();

  /** All of it as people read it: the steps' own text. */
  default String text() {
    return steps().stream().map(Statement::sql).collect(Collectors.joining(BETWEEN_STEPS));
  }
}
