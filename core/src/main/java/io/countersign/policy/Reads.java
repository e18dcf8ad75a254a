package io.countersign.policy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelSelect;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What conditions look at, from their compiled trees.
 *
 * @param facts by their names: {@code sql.class}
 * @param texts they mention
 * @param numbers they mention
 * @param durations they mention
 * @param decidable false if they use more than comparisons, so that trying what they mention, and
 *     something else, need not find what makes them true
 */
record Reads(
    SortedSet<String> facts,
    SortedSet<String> texts,
    SortedSet<Long> numbers,
    SortedSet<Duration> durations,
    boolean decidable) {
  private static final Set<String> COMPARISONS =
      Set.of(
          "_&&_",
          "_||_",
          "!_",
          "_?_:_",
          "_==_",
          "_!=_",
          "_<_",
          "_<=_",
          "_>_",
          "_>=_",
          "@in",
          "@not_strictly_false",
          "size",
          "startsWith",
          "endsWith",
          "contains",
          "duration");

  static Reads of(Collection<Condition> conditions) {
    SortedSet<String> facts = new TreeSet<>();
    SortedSet<String> texts = new TreeSet<>();
    SortedSet<Long> numbers = new TreeSet<>();
    SortedSet<Duration> durations = new TreeSet<>();
    boolean decidable = true;
    for (Condition condition : conditions) {
      for (CelExpr node : nodes(condition.tree())) {
        fact(node).ifPresent(facts::add);
        if (node.getKind() == Kind.CONSTANT) {
          constant(node.constant(), texts, numbers, durations);
        }
        decidable &= node.getKind() != Kind.CALL || COMPARISONS.contains(node.call().function());
      }
    }
    return new Reads(facts, texts, numbers, durations, decidable);
  }

  private static Iterable<CelExpr> nodes(CelAbstractSyntaxTree tree) {
    return CelNavigableAst.fromAst(tree).getRoot().allNodes().map(node -> node.expr())::iterator;
  }

  private static Optional<String> fact(CelExpr node) {
    if (node.getKind() == Kind.IDENT && node.ident().name().equals("duration")) {
      return Optional.of("duration");
    }
    if (node.getKind() == Kind.SELECT) {
      CelSelect select = node.select();
      return select.operand().getKind() == Kind.IDENT
          ? Optional.of(select.operand().ident().name() + "." + select.field())
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static void constant(
      CelConstant constant,
      SortedSet<String> texts,
      SortedSet<Long> numbers,
      SortedSet<Duration> durations) {
    if (constant.getKind() == CelConstant.Kind.STRING_VALUE) {
      texts.add(constant.stringValue());
      Durations.parse(constant.stringValue()).ifPresent(durations::add);
    } else if (constant.getKind() == CelConstant.Kind.INT64_VALUE) {
      numbers.add(constant.int64Value());
    }
  }
}
