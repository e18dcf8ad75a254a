package io.countersign.api;

import io.countersign.action.ActionKind;
import io.countersign.action.ApplyMigration;
import io.countersign.action.Arguments;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.action.ExecuteSql;
import io.countersign.action.ExportData;
import io.countersign.action.ExportData.Format;
import io.countersign.action.GrantRole;
import io.countersign.action.Limits;
import io.countersign.action.Operation;
import io.countersign.sql.Analysis;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.StatementGate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** Reads what a proposal of one kind is to do: the fields it has, and what each may hold. */
final class ArgumentsReader {
  private static final Set<String> EXECUTE_SQL = Set.of("sql", "params", "max_rows");
  private static final Set<String> EXPORT_DATA = Set.of("sql", "params", "format", "max_rows");
  private static final Set<String> APPLY_MIGRATION =
      Set.of("name", "statements", "rollback_statements");
  private static final int MAX_STATEMENTS = 100;
  private static final Set<String> GRANT_ROLE = Set.of("role", "grantee", "duration");
  private static final Set<String> CHANGE_INFRASTRUCTURE = Set.of("operation", "parameters");
  private static final int MAX_PARAMETERS = 50;

  /** Longer names are cut by PostgreSQL, and would mean another role. */
  private static final int MAX_NAME_BYTES = 63;

  private static final Duration LONGEST_GRANT = Duration.ofDays(30);
  private static final String A_DURATION =
      "expected days, hours, minutes and seconds of ISO 8601, for example `PT30M`";
  private static final int MAX_SQL_BYTES = 64 * 1024;
  private static final int MAX_PARAMS = 1_000;
  private static final int STATEMENT_TIMEOUT_MILLIS = 30_000;

  /** PostgreSQL counts it anew for every batch of rows, so it limits the first one. */
  private static final int EXPORT_TIMEOUT_MILLIS = 300_000;

  private static final int MIGRATION_TIMEOUT_MILLIS = 300_000;

  /** An operation's own limit is shorter. */
  private static final int OPERATION_TIMEOUT_MILLIS = 300_000;

  private final StatementAnalyser analyser;
  private final RowLimits rows;
  private final Map<String, Operation> operations;

  /**
   * @param rows from config.yml, as are the operations by name
   */
  ArgumentsReader(StatementAnalyser analyser, RowLimits rows, Map<String, Operation> operations) {
    this.analyser = analyser;
    this.rows = rows;
    this.operations = Map.copyOf(operations);
  }

  /** What was asked for, and within which bounds. */
  record Asked(Arguments arguments, Limits limits) {}

  Asked read(Body request) {
    String kind = request.string("kind", 64);
    return switch (ActionKind.named(kind).orElse(null)) {
      case EXECUTE_SQL -> executeSql(request.object("arguments", EXECUTE_SQL));
      case EXPORT_DATA -> exportData(request.object("arguments", EXPORT_DATA));
      case APPLY_MIGRATION -> applyMigration(request.object("arguments", APPLY_MIGRATION));
      case GRANT_ROLE -> grantRole(request.object("arguments", GRANT_ROLE));
      case CHANGE_INFRASTRUCTURE ->
          changeInfrastructure(request, request.object("arguments", CHANGE_INFRASTRUCTURE));
      case null -> throw unknown(kind);
    };
  }

  private static ApiException unknown(String kind) {
    return Body.refusal(
        "unknown kind `%s`, expected one of %s"
            .formatted(
                Body.shown(kind),
                Arrays.stream(ActionKind.values())
                    .map(known -> "`" + known.wireName() + "`")
                    .collect(Collectors.joining(", "))));
  }

  private Asked executeSql(Body arguments) {
    return new Asked(
        new ExecuteSql(oneStatement(arguments, "sql"), arguments.parameters("params", MAX_PARAMS)),
        new Limits(
            arguments.integer("max_rows", 1, rows.result(), rows.result()),
            STATEMENT_TIMEOUT_MILLIS));
  }

  private Asked exportData(Body arguments) {
    return new Asked(
        new ExportData(
            oneStatement(arguments, "sql"),
            arguments.parameters("params", MAX_PARAMS),
            format(arguments)),
        new Limits(
            arguments.integer("max_rows", 1, rows.export(), rows.export()), EXPORT_TIMEOUT_MILLIS));
  }

  /** Rows that it changes are bounded by the policy alone. */
  private Asked applyMigration(Body arguments) {
    List<String> statements = steps(arguments, "statements");
    if (statements.isEmpty()) {
      throw Body.refusal("`arguments.statements` is missing, expected at least one statement");
    }
    return new Asked(
        new ApplyMigration(
            arguments.string("name", 128), statements, steps(arguments, "rollback_statements")),
        new Limits(Integer.MAX_VALUE, MIGRATION_TIMEOUT_MILLIS));
  }

  private List<String> steps(Body arguments, String field) {
    List<String> statements = arguments.texts(field, MAX_STATEMENTS, MAX_SQL_BYTES);
    for (int i = 0; i < statements.size(); i++) {
      String place = field + "[" + i + "]";
      String sql = oneStatement(place, statements.get(i));
      if (analyser.schemaChange(sql).leavesTransaction()) {
        throw Body.refusal(
            "`arguments.%s` controls the transaction or the session, expected a change"
                .formatted(place));
      }
    }
    return statements;
  }

  private static Format format(Body arguments) {
    String name =
        arguments
            .optionalString("format", 64)
            .orElseThrow(
                () -> Body.refusal("`arguments.format` is missing, expected `csv` or `jsonl`"));
    return Arrays.stream(Format.values())
        .filter(format -> format.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Body.refusal(
                    "`arguments.format` is `%s`, expected `csv` or `jsonl`"
                        .formatted(Body.shown(name))));
  }

  private Asked grantRole(Body arguments) {
    return new Asked(
        new GrantRole(
            roleName(arguments, "role"), roleName(arguments, "grantee"), duration(arguments)),
        new Limits(1, STATEMENT_TIMEOUT_MILLIS));
  }

  private Asked changeInfrastructure(Body request, Body arguments) {
    String name = arguments.string("operation", MAX_NAME_BYTES);
    SortedMap<String, Object> parameters = arguments.values("parameters", MAX_PARAMETERS);
    Operation operation = operations.get(name);
    if (operation == null) {
      throw Body.refusal(
          "unknown operation `%s`; GET /v1/operations lists them".formatted(Body.shown(name)));
    }
    operation
        .objection(request.string("target", 128), parameters)
        .ifPresent(
            why -> {
              throw Body.refusal(why);
            });
    return new Asked(
        new ChangeInfrastructure(name, parameters), new Limits(1, OPERATION_TIMEOUT_MILLIS));
  }

  private static String roleName(Body arguments, String field) {
    String name = arguments.string(field, MAX_NAME_BYTES);
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw Body.refusal("`arguments.%s` is longer than 63 bytes".formatted(field));
    }
    return name;
  }

  private static Duration duration(Body arguments) {
    String text =
        arguments
            .optionalString("duration", 64)
            .orElseThrow(() -> Body.refusal("`arguments.duration` is missing, " + A_DURATION));
    Duration duration;
    try {
      duration = Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw Body.refusal(
          "`arguments.duration` is `%s`, %s".formatted(Body.shown(text), A_DURATION));
    }
    if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.compareTo(LONGEST_GRANT) > 0) {
      throw Body.refusal("`arguments.duration` must be between one second and 30 days");
    }
    return duration;
  }

  private String oneStatement(Body arguments, String field) {
    String sql =
        arguments
            .optionalString(field, MAX_SQL_BYTES)
            .orElseThrow(
                () ->
                    Body.refusal(
                        "`arguments.%s` is missing, expected one statement".formatted(field)));
    return oneStatement(field, sql);
  }

  private String oneStatement(String field, String sql) {
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
