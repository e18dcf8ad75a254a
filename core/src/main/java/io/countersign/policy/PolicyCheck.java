package io.countersign.policy;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code countersign policy check}: says whether a policy can be used, and what it would decide.
 */
public final class PolicyCheck {
  private PolicyCheck() {}

  /**
   * Says it on {@code out}, warnings included.
   *
   * @return the exit code: 0, or 2 after one line {@code file:line:column: message} on {@code err}
   */
  public static int run(
      Path policyPath,
      Optional<Path> factsPath,
      Installation installation,
      Instant now,
      PrintStream out,
      PrintStream err) {
    String fileName = PolicyFile.nameOf(policyPath);
    try {
      Policy policy = PolicyFile.read(policyPath);
      if (factsPath.isPresent()) {
        Path path = factsPath.get();
        Facts facts = FactsFile.read(PolicyFile.nameOf(path), PolicyFile.bytes(path));
        print(fileName, policy, facts, now, out);
      } else {
        policy.lint(now, installation).forEach(warning -> out.println(warning.show(fileName)));
        out.println("ok " + policy.version());
      }
      return 0;
    } catch (PolicyException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  private static void print(
      String fileName, Policy policy, Facts facts, Instant now, PrintStream out) {
    Explanation explained = policy.explain(facts, new Circumstances(now, Spending.NONE));
    new ExplanationText(fileName, explained).lines().forEach(out::println);
  }
}
