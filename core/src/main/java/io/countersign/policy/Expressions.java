package io.countersign.policy;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.countersign.policy.Explanation.NamedFact;
import io.countersign.policy.Facts.Grant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The language of {@code when}: CEL over declared, typed facts. What is not declared here does not
 * compile, so no words of the requester can reach a rule (R8).
 */
final class Expressions {
  private static final CelType TEXTS = ListType.create(SimpleType.STRING);

  /** Every fact a rule may read, by variable and field. */
  private static final Map<String, Map<String, CelType>> DECLARED =
      Map.of(
          "action", Map.of("kind", SimpleType.STRING),
          "target", Map.of("name", SimpleType.STRING, "environment", SimpleType.STRING),
          "requester", Map.of("type", SimpleType.STRING, "id", SimpleType.STRING, "groups", TEXTS),
          "sql",
              Map.of(
                  "class", SimpleType.STRING,
                  "statements", SimpleType.INT,
                  "tables", TEXTS,
                  "columns", TEXTS,
                  "tags", TEXTS,
                  "functions", TEXTS,
                  "estimated_rows", SimpleType.INT,
                  "unbounded_write", SimpleType.BOOL,
                  "reversible", SimpleType.STRING),
          "analysis", Map.of("uninspectable", SimpleType.BOOL),
          "role", Map.of("name", SimpleType.STRING, "attributes", TEXTS),
          "operation", Map.of("name", SimpleType.STRING));

  /** The fact that is a variable by itself: how long a role is granted. */
  private static final String DURATION = "duration";

  private static final int MAX_NESTING = 50;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .maxExpressionCodePointSize(4_000)
          .maxParseRecursionDepth(100)
          .comprehensionMaxIterations(10_000)
          .maxRegexProgramSize(1_000)
          .build();

  private final CelCompiler compiler = compiler();
  private final CelRuntime runtime =
      CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

  /** Why an expression was refused, and how many code points into it. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int offset;

    Refused(int offset, String message) {
      super(message);
      this.offset = offset;
    }

    int offset() {
      return offset;
    }
  }

  /** The variables that have fields. */
  static Set<String> structures() {
    return DECLARED.keySet();
  }

  /** The facts of an evaluation by their names; an absent one is null. Sorted by name. */
  static List<NamedFact> named(Map<String, Object> variables) {
    List<NamedFact> facts = new ArrayList<>();
    facts.add(new NamedFact(DURATION, variables.get(DURATION)));
    DECLARED.forEach(
        (variable, fields) -> {
          Map<?, ?> values = (Map<?, ?>) variables.getOrDefault(variable, Map.of());
          fields
              .keySet()
              .forEach(
                  field -> facts.add(new NamedFact(variable + "." + field, values.get(field))));
        });
    facts.sort(Comparator.comparing(NamedFact::name));
    return facts;
  }

  Condition compile(String expression) throws Refused {
    if (nesting(expression) > MAX_NESTING) {
      // The compiler's own limit does not count lists, and would let them exhaust the stack.
      throw new Refused(0, "expected at most %d brackets in each other".formatted(MAX_NESTING));
    }
    CelValidationResult result = compiler.compile(expression);
    if (result.hasError()) {
      throw refused(expression, result.getErrors().getFirst());
    }
    try {
      CelAbstractSyntaxTree tree = result.getAst();
      // dyn() would put the type check, and so the check of names, off to the evaluation.
      if (!tree.getResultType().equals(SimpleType.BOOL) || usesDyn(tree)) {
        throw new Refused(0, "expected a condition that is true or false, without dyn()");
      }
      return new Condition(runtime.createProgram(tree), tree);
    } catch (CelValidationException | CelEvaluationException e) {
      throw new Refused(0, "expected a valid expression");
    }
  }

  /**
   * The variables of an evaluation. An estimate nobody made is absent, never 0, and so are the role
   * and the operation of an action that has none: reading them is an error.
   */
  static Map<String, Object> variables(Facts facts) {
    Map<String, Object> sql = new HashMap<>();
    sql.put("class", facts.statementClass());
    sql.put("statements", (long) facts.statements());
    sql.put("tables", facts.tables());
    sql.put("columns", facts.columns());
    sql.put("tags", facts.tags());
    sql.put("functions", facts.functions());
    sql.put("unbounded_write", facts.unboundedWrite());
    sql.put("reversible", facts.reversible());
    Long estimatedRows = facts.estimatedRows();
    if (estimatedRows != null) {
      sql.put("estimated_rows", estimatedRows);
    }
    Map<String, Object> variables = new HashMap<>();
    variables.put("action", Map.of("kind", facts.kind()));
    variables.put(
        "target", Map.of("name", facts.targetName(), "environment", facts.targetEnvironment()));
    variables.put(
        "requester",
        Map.of(
            "type", facts.requesterType(),
            "id", facts.requesterId(),
            "groups", facts.requesterGroups()));
    variables.put("sql", sql);
    variables.put("analysis", Map.of("uninspectable", facts.uninspectable()));
    String operation = facts.operation();
    variables.put("operation", operation == null ? Map.of() : Map.of("name", operation));
    Grant grant = facts.grant();
    variables.put(
        "role",
        grant == null ? Map.of() : Map.of("name", grant.role(), "attributes", grant.attributes()));
    if (grant != null && grant.duration() != null) {
      variables.put(DURATION, grant.duration());
    }
    return variables;
  }

  private static int nesting(String expression) {
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  }

  private static CelCompiler compiler() {
    ImmutableMap.Builder<String, StructType> types = ImmutableMap.builder();
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setResultType(SimpleType.BOOL);
    DECLARED.forEach(
        (variable, fields) -> {
          String name = "countersign." + variable;
          types.put(name, type(name, ImmutableMap.copyOf(fields)));
          builder.addVar(variable, StructTypeReference.create(name));
        });
    builder.addVar(DURATION, SimpleType.DURATION);
    return builder.setTypeProvider(new Types(types.buildOrThrow())).build();
  }

  private static StructType type(String name, ImmutableMap<String, CelType> fields) {
    return StructType.create(
        name, fields.keySet(), field -> Optional.ofNullable(fields.get(field)));
  }

  private record Types(ImmutableMap<String, StructType> byName) implements CelTypeProvider {
    @Override
    public ImmutableCollection<CelType> types() {
      return ImmutableList.copyOf(byName.values());
    }

    @Override
    public Optional<CelType> findType(String name) {
      return Optional.ofNullable(byName.get(name));
    }
  }

  private static boolean usesDyn(CelAbstractSyntaxTree tree) {
    return tree.getReferenceMap().values().stream()
        .anyMatch(reference -> reference.overloadIds().contains("to_dyn"));
  }

  private static Refused refused(String expression, CelIssue issue) {
    String message =
        issue.getMessage().replace(" (in container '')", "").replaceAll(" expecting \\{.*", "");
    int offset =
        startOf(issue.getSourceLocation().getLine(), expression)
            + Math.max(0, issue.getSourceLocation().getColumn());
    return new Refused(offset, YamlReader.oneLine(message));
  }

  /** Code points before a line, which counts from 1. */
  private static int startOf(int line, String expression) {
    return expression
        .lines()
        .limit(Math.max(0, line - 1))
        .mapToInt(text -> text.codePointCount(0, text.length()) + 1)
        .sum();
  }
}
