package io.countersign.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

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
    String written = written(relation);
    findings.mentions().source(name, relation.path("alias"), written);
    return written;
  }

  /** The name of a relation, checked or not. */
  static String written(JsonNode relation) {
    return QualifiedName.of(
        Stream.of("catalogname", "schemaname", "relname")
            .filter(relation::has)
            .map(part -> relation.path(part).asText())
            .toList());
  }

  void column(JsonNode fields) {
    List<String> parts = TreeNames.of(fields);
    boolean isStar = parts.size() < fields.size();
    if (isStar && parts.isEmpty()) {
      findings.wholeRows();
    } else if (isStar) {
      findings.wholeRowsOf(parts.getLast());
    } else if (parts.size() == 1) {
      findings.column(parts.getFirst());
      findings.mentions().loneReference(parts.getFirst());
    } else {
      findings.columnOf(parts.get(parts.size() - 2), parts.getLast());
    }
  }

  /** What follows {@code (expression)}: a field, a subscript or a star. */
  void indirection(JsonNode parts) {
    for (JsonNode part : parts) {
      if (part.has("A_Star")) {
        findings.wholeRows();
      }
    }
    TreeNames.of(parts).forEach(findings::field);
  }

  void function(List<String> name) {
    findings.function(QualifiedName.of(name));
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
    findings.operator(QualifiedName.of(name));
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
    findings.type(QualifiedName.of(name));
    if (strict && !KnownNames.isHarmlessType(name)) {
      findings.doubt(new Doubt(Doubt.Subject.TYPE, QualifiedName.of(name)));
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
