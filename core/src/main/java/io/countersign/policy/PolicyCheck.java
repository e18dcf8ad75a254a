package io.countersign.policy;

import io.countersign.policy.Policy.Answered;
import io.countersign.policy.Verdict.Outcome;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * {@code countersign policy check}: says whether a policy can be used, and what it would decide.
 */
public final class PolicyCheck {
  private PolicyCheck() {}

  /** The exit code: 0, or 2 after one line {@code file:line:column: message} on {@code err}. */
  public static int run(
      Path policyPath, Optional<Path> factsPath, Instant now, PrintStream out, PrintStream err) {
    try {
      Policy policy = PolicyFile.read(policyPath);
      if (factsPath.isEmpty()) {
        out.println("ok " + policy.version());
        return 0;
      }
      Path path = factsPath.get();
      print(policy, FactsFile.read(PolicyFile.nameOf(path), PolicyFile.bytes(path)), now, out);
      return 0;
    } catch (PolicyException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  private static void print(Policy policy, Facts facts, Instant now, PrintStream out) {
    Verdict verdict = policy.judge(facts, new Circumstances(now, Spending.NONE));
    out.println("verdict: " + verdict.outcome().wireName());
    for (Answered answer : policy.evaluate(facts)) {
      out.println(
          "rule: %s (%s)"
              .formatted(
                  answer.rule().name(),
                  answer.failed() ? "could not be evaluated" : answer.rule().then().wireName()));
    }
    if (verdict.because() != null) {
      out.println("because: " + verdict.because());
    }
    if (verdict.outcome() == Outcome.REVIEW) {
      verdict.requirement().alternatives().forEach(seats -> out.println("seats: " + show(seats)));
      out.println("pending for: " + Durations.show(verdict.pendingFor()));
    }
    out.println("policy: " + verdict.policyVersion());
  }

  private static String show(SortedMap<String, Integer> seats) {
    return seats.entrySet().stream()
        .map(seat -> seat.getKey() + " " + seat.getValue())
        .collect(Collectors.joining(", "));
  }
}
