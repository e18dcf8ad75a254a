package io.countersign.policy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One thread asks a policy of 20 rules, a budget and two freezes about a write and a read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
public class PolicyBenchmark {
  private static final Circumstances NOON =
      new Circumstances(Instant.parse("2026-06-01T12:00:00Z"), Spending.NONE);
  private static final List<String> CONDITIONS =
      List.of(
          "sql.class == 'write' && target.environment == 'prod'",
          "sql.class == 'read' && sql.tags.size() == 0 && sql.estimated_rows <= 1000",
          "sql.tables.exists(t, t == 'public.payments' || t.endsWith('.accounts'))",
          "sql.tags.exists(t, t in ['pii', 'phi', 'pci'])",
          "action.kind == 'grant_role' && duration > duration('1h')");

  private final Policy policy = policy();
  private final Facts write = facts("write", List.of("public.orders", "public.payments"));
  private final Facts read = facts("read", List.of("public.orders", "public.customers"));

  /** Nobody measures a refusal by mistake. */
  @Setup
  public void check() {
    if (policy.judge(write, NOON).outcome() != Verdict.Outcome.REVIEW
        || policy.judge(read, NOON).outcome() != Verdict.Outcome.ALLOW) {
      throw new IllegalStateException("expected a review and an allowance");
    }
  }

  /** Ends in a review. */
  @Benchmark
  public Verdict write() {
    return policy.judge(write, NOON);
  }

  /** Ends in an allowance within a budget. */
  @Benchmark
  public Verdict read() {
    return policy.judge(read, NOON);
  }

  private static Policy policy() {
    StringBuilder yaml =
        new StringBuilder("version: 1\ngroups: {dba: {idp: dba}, security: {idp: s}}\nrules:\n");
    for (int i = 0; i < 20; i++) {
      String condition = CONDITIONS.get(i % CONDITIONS.size());
      String then =
          condition.contains("'read'")
              ? "then: allow, budget: {per: agent, window: 1h, rows: 20000}"
              : "then: review, approvals: [{dba: 1}, {security: %d}]".formatted(1 + i % 2);
      yaml.append("- {name: r%d, when: \"%s\", %s}\n".formatted(i, condition, then));
    }
    yaml.append("freezes:\n- {name: n, from: 22:00, to: 06:00, zone: Europe/Berlin}\n")
        .append("- {name: d, from: 2026-12-19T18:00, to: 2027-01-02T06:00, zone: UTC}\n");
    try {
      return Policy.parse("policy.yml", yaml.toString().getBytes(StandardCharsets.UTF_8));
    } catch (PolicyException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Facts facts(String statementClass, List<String> tables) {
    return new Facts(
        "execute_sql",
        "shop",
        "prod",
        "agent",
        "agent-1",
        List.of("agents"),
        statementClass,
        1,
        tables,
        List.of("public.orders.id", "public.orders.status"),
        List.of(),
        List.of(),
        12L,
        false,
        "unknown",
        false,
        null,
        null);
  }
}
