package io.countersign.worker;

import io.countersign.policy.Circumstances;
import io.countersign.policy.Durations;
import io.countersign.policy.Policy;
import io.countersign.policy.Spending;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.JudgedAction;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * {@code policy check --against N}: asks a changed policy about the facts of recorded actions, each
 * at the time it was submitted, and lists every answer that would differ. Budgets count as unused:
 * what would have been spent under another policy is not known.
 */
final class PolicyReplay {
  private final Policy policy;
  private final PrintStream out;
  private int judged;
  private int changed;
  private int looser;
  private int stricter;

  PolicyReplay(Policy policy, PrintStream out) {
    this.policy = policy;
    this.out = out;
  }

  void run(Jdbi jdbi, Instant now, Duration past) {
    jdbi.useExtension(
        ActionDao.class, actions -> actions.judgedSince(now.minus(past), this::compare));
    out.println(
        "%d actions of the last %s judged again: %d would differ, %d looser, %d stricter"
            .formatted(judged, Durations.show(past), changed, looser, stricter));
  }

  private void compare(JudgedAction action) {
    judged++;
    Verdict before = action.verdict();
    Verdict after =
        policy.judge(action.facts(), new Circumstances(action.submittedAt(), Spending.NONE));
    List<String> differences = differences(before, after);
    if (differences.isEmpty()) {
      return;
    }
    changed++;
    int order = after.outcome().compareTo(before.outcome());
    looser += order < 0 ? 1 : 0;
    stricter += order > 0 ? 1 : 0;
    out.println(
        "%s %s %s %s on %s: %s"
            .formatted(
                action.submittedAt(),
                action.id(),
                action.facts().kind(),
                action.facts().statementClass(),
                action.facts().targetName(),
                String.join("; ", differences)));
  }

  private static List<String> differences(Verdict before, Verdict after) {
    List<String> differences = new ArrayList<>();
    String was = answer(before);
    String is = answer(after);
    if (!was.equals(is)) {
      differences.add(was + " -> " + is);
    }
    if (!before.rules().equals(after.rules())) {
      differences.add("rules " + before.rules() + " -> " + after.rules());
    }
    return differences;
  }

  /** All that a requester or a reviewer would notice of a verdict. */
  private static String answer(Verdict verdict) {
    List<String> parts = new ArrayList<>();
    parts.add(verdict.outcome().wireName());
    if (verdict.outcome() == Outcome.REVIEW) {
      parts.add(
          "by "
              + verdict.requirement().alternatives().stream()
                  .map(PolicyReplay::seats)
                  .sorted()
                  .collect(Collectors.joining(" or ")));
      parts.add("within " + Durations.show(verdict.pendingFor()));
      if (verdict.deny() != 1) {
        parts.add(verdict.deny() + " denials end it");
      }
    }
    if (verdict.outcome() != Outcome.REFUSE) {
      if (verdict.maxRows() != null) {
        parts.add("at most " + verdict.maxRows() + " rows");
      }
      if (!verdict.mask().isEmpty()) {
        parts.add("masking " + String.join(", ", verdict.mask()));
      }
    }
    return String.join(", ", parts);
  }

  private static String seats(SortedMap<String, Integer> alternative) {
    return alternative.entrySet().stream()
        .map(seat -> seat.getKey() + " " + seat.getValue())
        .collect(Collectors.joining(" and "));
  }
}
