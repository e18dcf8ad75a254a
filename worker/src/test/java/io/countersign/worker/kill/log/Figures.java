package io.countersign.worker.kill.log;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was done, and what was found that must not be. */
final class Figures {
  /** What was done to integrators and their server. */
  enum Deed {
    ROUNDS,
    KILLS,
    STOPS,
    /** The other one went on while one stood still. */
    TAKEOVERS,
    CUTS,
    CRASHES,
    /** Aimed at a transaction of the victim, which had none in time. */
    UNAIMED,
    VERIFIED
  }

  /** What must not be. */
  enum Finding {
    /** The log, or what its anchor saw of it, is not as it was signed. */
    DAMAGED,
    /** The log is no continuation of what it was before. */
    FORKED,
    /** Committed, and neither waiting nor in the log. */
    LOST,
    /** More than once in outbox and log. */
    DOUBLE,
    /** In the log, and never committed. */
    GHOST,
    /** Evidence waits, and nobody comes. */
    STUCK,
    /** An integrator that stands still holds up the other one. */
    HELD_UP,
    /** An integrator refused to sign or to start, or ended by itself. */
    ALARM
  }

  private final Map<Deed, Integer> deeds = new EnumMap<>(Deed.class);
  private final Map<Finding, Integer> findings = new EnumMap<>(Finding.class);
  private final List<String> notes = new ArrayList<>();
  private String end = "broken off";

  void did(Deed deed) {
    deeds.merge(deed, 1, Integer::sum);
  }

  int count(Deed deed) {
    return deeds.getOrDefault(deed, 0);
  }

  void found(Finding finding, String note) {
    findings.merge(finding, 1, Integer::sum);
    notes.add(finding + " " + note);
  }

  int count(Finding finding) {
    return findings.getOrDefault(finding, 0);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  void ended(String how) {
    end = how;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(end);
    for (Deed deed : Deed.values()) {
      text.append(", ").append(words(deed)).append(' ').append(count(deed));
    }
    for (Finding finding : Finding.values()) {
      text.append(", ").append(words(finding)).append(' ').append(count(finding));
    }
    return text.toString();
  }

  private static String words(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
