package io.countersign.api;

import io.countersign.action.ActionKind;
import io.countersign.action.Arguments;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.sql.Analysis;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.StatementGate;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Reads what a proposal of one kind is to do: the fields it has, and what each may hold. */
final class ArgumentsReader {
  private static final Set<String> EXECUTE_SQL = Set.of("sql", "params", "max_rows");
  private static final int MAX_SQL_BYTES = 64 * 1024;
  private static final int MAX_PARAMS = 1_000;
  private static final int STATEMENT_TIMEOUT_MILLIS = 30_000;

  private final StatementAnalyser analyser;
  private final int maxRows;

  /**
   * @param maxRows rows a result may hold at most, from config.yml
   */
  ArgumentsReader(StatementAnalyser analyser, int maxRows) {
    this.analyser = analyser;
    this.maxRows = maxRows;
  }

  /** What was asked for, and within which bounds. */
  record Asked(Arguments arguments, Limits limits) {}

  Asked read(Body request) {
    String kind = request.string("kind", 64);
    return switch (ActionKind.named(kind).orElse(null)) {
      case EXECUTE_SQL -> executeSql(request.object("arguments", EXECUTE_SQL));
      case APPLY_MIGRATION, EXPORT_DATA, GRANT_ROLE, CHANGE_INFRASTRUCTURE -> throw unknown(kind);
      case null -> throw unknown(kind);
    };
  }

  private static ApiException unknown(String kind) {
    return Body.refusal(
        "unknown kind `%s`, expected `%s`"
            .formatted(Body.shown(kind), ActionKind.EXECUTE_SQL.wireName()));
  }

  private Asked executeSql(Body arguments) {
    return new Asked(
        new ExecuteSql(oneStatement(arguments, "sql"), arguments.parameters("params", MAX_PARAMS)),
        new Limits(arguments.integer("max_rows", 1, maxRows, maxRows), STATEMENT_TIMEOUT_MILLIS));
  }

  private String oneStatement(Body arguments, String field) {
    String sql =
        arguments
            .optionalString(field, MAX_SQL_BYTES)
            .orElseThrow(
                () ->
                    Body.refusal(
                        "`arguments.%s` is missing, expected one statement".formatted(field)));
    if (sql.getBytes(StandardCharsets.UTF_8).length > MAX_SQL_BYTES) {
      throw Body.refusal("`arguments.%s` is longer than 65536 bytes".formatted(field));
    }
    StatementGate.refusal(sql)
        .ifPresent(
            why -> {
              throw Body.refusal("`arguments.%s`: %s".formatted(field, why));
            });
    Analysis analysis = analyser.analyse(sql);
    if (analysis.statements() > 1) {
      throw Body.refusal(
          "`arguments.%s` holds %d statements, expected one"
              .formatted(field, analysis.statements()));
    }
    return sql;
  }
}
