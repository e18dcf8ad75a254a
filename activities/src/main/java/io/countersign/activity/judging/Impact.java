package io.countersign.activity.judging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.Json;
import io.countersign.action.Statement;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.NativeStatement;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetDatabase.Purpose;
import io.countersign.activity.targets.TargetSession;
import io.countersign.sql.Analysis;
import io.countersign.sql.QualifiedName;
import io.countersign.sql.Resolution;
import io.countersign.sql.SafeText;
import io.countersign.sql.StatementClass;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL expects of a statement, from EXPLAIN, which plans and does not execute.
 *
 * @param rows it expects to return or change
 * @param relations that the plan names, {@code schema.table}
 */
record Impact(@Nullable Long rows, Set<String> relations) {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /**
   * Empty unless the statement is understood: planning runs functions of the statement. The role is
   * the one that would run it, because planning takes its privileges; the transaction may not
   * write.
   */
  static Optional<Impact> of(TargetDatabase database, Statement statement, Analysis analysis) {
    StatementClass type = analysis.statementClass();
    boolean isPlannable = type == StatementClass.READ || type == StatementClass.WRITE;
    if (!isPlannable || !analysis.isComplete()) {
      return Optional.empty();
    }
    Purpose purpose = new Purpose(type, "countersign:estimate", TIMEOUT);
    try (TargetSession session = database.begin(purpose)) {
      if (!purpose.isRead()) {
        try (var setting = session.connection().createStatement()) {
          setting.execute("set transaction read only");
        }
      }
      Statement explain =
          new Statement("explain (verbose, format json) " + statement.sql(), statement.params());
      NativeStatement.Answer answer = session.run(explain, 1);
      session.rollback();
      String json = answer.rows().isEmpty() ? null : NativeStatement.text(answer.rows().get(0), 0);
      return json == null ? Optional.empty() : read(Json.MAPPER.readTree(json).at("/0/Plan"));
    } catch (ExecutionFault | SQLException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Optional<Impact> read(JsonNode plan) {
    if (plan.isMissingNode()) {
      return Optional.empty();
    }
    Set<String> relations = new TreeSet<>();
    for (JsonNode node : plan.findParents("Relation Name")) {
      relations.add(
          QualifiedName.of(
              List.of(node.path("Schema").asText(), node.path("Relation Name").asText())));
    }
    return Optional.of(new Impact(rows(plan), relations));
  }

  private static @Nullable Long rows(JsonNode plan) {
    JsonNode rows = plan.path("Plan Rows");
    if (!rows.isNumber()) {
      return null;
    }
    long most = rows.asLong();
    if (plan.path("Node Type").asText().equals("ModifyTable")) {
      for (JsonNode part : plan.path("Plans")) {
        most = Math.max(most, part.path("Plan Rows").asLong());
      }
    }
    return most;
  }

  /** What PostgreSQL would touch and the resolution does not know, as objections. */
  List<String> strangers(Resolution resolution) {
    boolean isOfSystem =
        resolution.tables().stream()
            .anyMatch(
                table ->
                    table.startsWith("pg_catalog.") || table.startsWith("information_schema."));
    List<String> strangers = new ArrayList<>();
    for (String relation : relations) {
      boolean isKnown =
          resolution.tables().contains(relation)
              || (isOfSystem && relation.startsWith("pg_catalog."));
      if (!isKnown) {
        strangers.add("PostgreSQL's plan also touches `" + SafeText.line(relation, 80) + "`");
      }
    }
    return strangers;
  }
}
