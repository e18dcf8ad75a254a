package io.countersign.store.controls;

import io.countersign.audit.EventType;
import io.countersign.store.controls.ActionStory.Step;
import io.countersign.store.controls.ControlReport.Sampled;
import io.countersign.store.evidence.AuditDao.Entry;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Draws executions by the lowest hashes of their entries: the same ones for everybody. */
final class ControlSample {
  private final TreeMap<String, Sampled> lowest = new TreeMap<>();

  void offer(Entry entry, ActionStory story, Step step, boolean hasReceipt) {
    String hash = HexFormat.of().formatHex(entry.leafHash());
    if (lowest.size() == ControlReport.SAMPLE && hash.compareTo(lowest.lastKey()) > 0) {
      return;
    }
    lowest.put(
        hash,
        new Sampled(
            entry.idx(),
            step.text("action"),
            entry.occurredAt(),
            story
                .before(step.index(), EventType.ACTION_SUBMITTED)
                .findFirst()
                .map(submitted -> submitted.details().path("kind").asText(""))
                .orElse(""),
            story.approval(step.index()).map(ControlSample::decided).orElse("nobody"),
            hasReceipt));
    if (lowest.size() > ControlReport.SAMPLE) {
      lowest.remove(lowest.lastKey());
    }
  }

  private static String decided(Step approval) {
    int votes = ActionQuestions.approvers(approval).size();
    return ActionQuestions.isAllowedByRule(approval)
        ? "a rule"
        : votes == 1 ? "1 vote" : votes + " votes";
  }

  /** In the order of the log. */
  List<Sampled> drawn() {
    return lowest.entrySet().stream()
        .map(Map.Entry::getValue)
        .sorted(Comparator.comparingLong(Sampled::index))
        .toList();
  }
}
