package io.countersign.policy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.countersign.action.Json;
import io.countersign.policy.Facts.Grant;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts written by hand to try a policy, nested like the names in expressions: {@code {"action":
 * {"kind": ...}, "target": {...}, "requester": {...}, "sql": {...}, "analysis": {...}, "role":
 * {...}, "duration": "30m", "operation": {...}}}. Kind, target and class must be given; what else
 * is left out is empty, false, absent or unknown.
 */
record FactsFile(
    @Nullable Action action,
    @Nullable Target target,
    @Nullable Requester requester,
    @Nullable Sql sql,
    @Nullable Analysis analysis,
    @Nullable Role role,
    @Nullable String duration,
    @Nullable Operation operation) {
  private static final ObjectReader READER = Json.MAPPER.readerFor(FactsFile.class);

  record Action(@Nullable String kind) {}

  record Target(@Nullable String name, @Nullable String environment) {}

  record Requester(@Nullable String type, @Nullable String id, @Nullable List<String> groups) {}

  record Sql(
      @JsonProperty("class") @Nullable String statementClass,
      @Nullable Integer statements,
      @Nullable List<String> tables,
      @Nullable List<String> columns,
      @Nullable List<String> tags,
      @Nullable List<String> functions,
      @Nullable Long estimatedRows,
      boolean unboundedWrite,
      @Nullable String reversible) {}

  record Analysis(boolean uninspectable) {}

  record Role(@Nullable String name, @Nullable List<String> attributes) {}

  record Operation(@Nullable String name) {}

  static Facts read(String fileName, byte[] json) throws PolicyException {
    try {
      @Nullable FactsFile file = READER.readValue(json);
      if (file == null) {
        throw new PolicyException(fileName, 1, 1, "expected facts, not null");
      }
      return file.facts(fileName);
    } catch (JacksonException e) {
      JsonLocation at = e.getLocation();
      throw new PolicyException(
          fileName,
          at == null ? 1 : Math.max(1, at.getLineNr()),
          at == null ? 1 : Math.max(1, at.getColumnNr()),
          expected(e));
    } catch (IOException e) {
      throw new PolicyException(fileName, 1, 1, "expected a readable file");
    }
  }

  private static String expected(JacksonException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "unknown key " + YamlReader.quote(unknown.getPropertyName());
      case MismatchedInputException _ -> "expected facts nested like their names in expressions";
      default -> "expected JSON";
    };
  }

  private Facts facts(String fileName) throws PolicyException {
    Requester by = requester == null ? new Requester(null, null, null) : requester;
    return new Facts(
        given(fileName, "action.kind", action == null ? null : action.kind()),
        given(fileName, "target.name", target == null ? null : target.name()),
        given(fileName, "target.environment", target == null ? null : target.environment()),
        by.type() == null ? "agent" : by.type(),
        by.id() == null ? "" : by.id(),
        list(by.groups()),
        given(fileName, "sql.class", sql == null ? null : sql.statementClass()),
        sql == null || sql.statements() == null ? 1 : sql.statements(),
        list(sql == null ? null : sql.tables()),
        list(sql == null ? null : sql.columns()),
        list(sql == null ? null : sql.tags()),
        list(sql == null ? null : sql.functions()),
        sql == null ? null : sql.estimatedRows(),
        sql != null && sql.unboundedWrite(),
        sql == null || sql.reversible() == null ? "unknown" : sql.reversible(),
        analysis != null && analysis.uninspectable(),
        role == null
            ? null
            : new Grant(
                given(fileName, "role.name", role.name()),
                list(role.attributes()),
                granted(fileName, duration)),
        operation == null ? null : given(fileName, "operation.name", operation.name()));
  }

  private static @Nullable Duration granted(String fileName, @Nullable String duration)
      throws PolicyException {
    if (duration == null) {
      return null;
    }
    return Durations.parse(duration)
        .orElseThrow(
            () ->
                new PolicyException(
                    fileName,
                    1,
                    1,
                    "expected `duration` such as 30m or PT1H, got " + YamlReader.quote(duration)));
  }

  private static String given(String fileName, String key, @Nullable String value)
      throws PolicyException {
    if (value == null) {
      throw new PolicyException(fileName, 1, 1, "expected the key `" + key + "`");
    }
    return value;
  }

  private static List<String> list(@Nullable List<String> values) {
    return values == null ? List.of() : values;
  }
}
