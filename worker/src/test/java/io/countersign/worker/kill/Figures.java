package io.countersign.worker.kill;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What was done, and what was found afterwards. */
final class Figures {
  /** What must not be, but for the last. */
  enum Finding {
    DOUBLE,
    LOST,
    /** Said to have failed, but it took effect. */
    FAILED_WITH_EFFECT,
    /** Said to have failed without a reason, and nothing took effect. */
    FAILED_FOR_NOTHING,
    STUCK,
    EVIDENCE,
    RECEIPT,
    RESULT,
    /** Handed over to people; fine where the guarantee says so. */
    UNKNOWN
  }

  /** What was done to workers and servers. */
  enum Deed {
    KILLS,
    TARGET_CRASHES,
    CONTROL_CRASHES,
    STOPS,
    RACES,
    CUTS,
    /** The step of the round was never reached, so nothing was done. */
    MISSED
  }

  private final Map<Deed, Integer> deeds = new EnumMap<>(Deed.class);
  private final Map<Finding, Set<String>> findings = new EnumMap<>(Finding.class);
  private final Map<String, Integer> ends = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private int actions;

  void did(Deed deed) {
    deeds.merge(deed, 1, Integer::sum);
  }

  int count(Deed deed) {
    return deeds.getOrDefault(deed, 0);
  }

  void counted(String end) {
    actions++;
    ends.merge(end, 1, Integer::sum);
  }

  /** Counted once, however often it is seen. */
  void found(Finding finding, String action, String note) {
    if (findings.computeIfAbsent(finding, any -> new LinkedHashSet<>()).add(action)) {
      notes.add(finding + " " + note);
    }
  }

  int count(Finding finding) {
    return findings.getOrDefault(finding, Set.of()).size();
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  int actions() {
    return actions;
  }

  @Override
  public String toString() {
    var text = new StringBuilder(actions + " actions " + ends);
    deeds.forEach((deed, times) -> text.append(", ").append(words(deed)).append(' ').append(times));
    for (Finding finding : Finding.values()) {
      text.append(", ").append(words(finding)).append(' ').append(count(finding));
    }
    return text.toString();
  }

  private static String words(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
