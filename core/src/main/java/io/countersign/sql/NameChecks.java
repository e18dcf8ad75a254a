package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Notes every name of a statement, and a problem for each that a read may not use. */
final class NameChecks {
  private final Findings findings;

  NameChecks(Findings findings) {
    this.findings = findings;
  }

  /** Checks a relation and returns its name as written. */
  String relation(JsonNode relation) {
    String schema = relation.path("schemaname").asText();
    String name = relation.path("relname").asText();
    if (KnownNames.isSystemRelation(schema, name)) {
      findings.problem("a relation of the system catalogue or a temporary one");
    }
    findings.rowName(name);
    if (schema.isEmpty()) {
      return name;
    }
    String qualified = schema + "." + name;
    return relation.has("catalogname")
        ? relation.path("catalogname").asText() + "." + qualified
        : qualified;
  }

  void column(JsonNode fields) {
    List<String> parts = TreeNames.of(fields);
    if (parts.size() < fields.size()) {
      findings.wholeRows();
      return;
    }
    findings.column(parts.getLast());
    if (parts.size() == 1) {
      findings.loneName(parts.getFirst());
    }
  }

  /** What follows {@code (expression)}: a field, a subscript or a star. */
  void indirection(JsonNode parts) {
    for (JsonNode part : parts) {
      if (part.has("A_Star")) {
        findings.wholeRows();
      }
    }
    TreeNames.of(parts).forEach(findings::column);
  }

  void function(List<String> name) {
    findings.function(String.join(".", name));
    var effect = KnownNames.effectOf(name);
    if (effect.isPresent()) {
      findings.effect(effect.get(), Reversible.UNKNOWN, "Run a function on", 1);
      if (!name.getLast().equals("nextval")) {
        findings.problem("function `" + shown(name) + "` acts beyond its result");
      }
    } else if (!KnownNames.isHarmlessFunction(name)) {
      findings.problem("function `" + shown(name) + "` is not known to be harmless");
    }
  }

  void operator(List<String> name, boolean strict) {
    findings.operator(String.join(".", name));
    if (strict && !KnownNames.isHarmlessOperator(name)) {
      findings.problem("operator `" + shown(name) + "` is not known to be harmless");
    }
  }

  void optionalOperator(JsonNode name, boolean strict) {
    if (!name.isEmpty()) {
      operator(TreeNames.of(name), strict);
    }
  }

  void type(List<String> name, boolean strict) {
    findings.type(String.join(".", name));
    if (strict && !KnownNames.isHarmlessType(name)) {
      findings.problem("type `" + shown(name) + "` is not known to be harmless");
    }
  }

  /** A method of TABLESAMPLE is a function too; PostgreSQL's own two only pick rows. */
  void sampling(List<String> method) {
    findings.function(String.join(".", method));
    if (!KnownNames.isHarmlessSampling(method)) {
      findings.problem("sampling by `" + shown(method) + "` is not known to be harmless");
    }
  }

  private static String shown(List<String> name) {
    return SafeText.line(String.join(".", name), 80);
  }
}
