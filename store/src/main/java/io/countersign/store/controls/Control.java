package io.countersign.store.controls;

import static io.countersign.store.controls.Question.ANCHORED;
import static io.countersign.store.controls.Question.APPROVED;
import static io.countersign.store.controls.Question.DOUBT_DECIDED;
import static io.countersign.store.controls.Question.ENDED_ONCE;
import static io.countersign.store.controls.Question.ENTRY_COMPLETE;
import static io.countersign.store.controls.Question.KEPT;
import static io.countersign.store.controls.Question.LINKED_BY_PERSON;
import static io.countersign.store.controls.Question.NO_GAP;
import static io.countersign.store.controls.Question.POLICY_KNOWN;
import static io.countersign.store.controls.Question.READ_BY_REQUESTER;
import static io.countersign.store.controls.Question.REFUSED_WITHOUT_EFFECT;
import static io.countersign.store.controls.Question.ROLES_APPROVED;
import static io.countersign.store.controls.Question.ROLES_ENDED;
import static io.countersign.store.controls.Question.SEPARATED;
import static io.countersign.store.controls.Question.SIGNED;
import static io.countersign.store.controls.Question.STORY_COMPLETE;
import static io.countersign.store.controls.Question.TYPE_KNOWN;
import static io.countersign.store.controls.Question.VOTES_COUNTED;
import static io.countersign.store.controls.Question.VOTES_NAMED;

import java.util.List;

/** The controls that this log has something to say about, and what it is asked for each. */
public enum Control {
  CC6_1("SOC 2", "CC6.1", "Logical access", APPROVED, POLICY_KNOWN, READ_BY_REQUESTER),
  CC6_2("SOC 2", "CC6.2", "Access is authorized first", ROLES_APPROVED, LINKED_BY_PERSON),
  CC6_3("SOC 2", "CC6.3", "Access changes and ends", ROLES_APPROVED, ROLES_ENDED, SEPARATED),
  CC7_2("SOC 2", "CC7.2", "Anomalies are seen", REFUSED_WITHOUT_EFFECT, DOUBT_DECIDED, NO_GAP),
  CC8_1(
      "SOC 2",
      "CC8.1",
      "Changes are authorized",
      APPROVED,
      VOTES_COUNTED,
      SEPARATED,
      POLICY_KNOWN,
      ENDED_ONCE),
  AC_2("NIST", "AC-2", "Accounts", ROLES_APPROVED, ROLES_ENDED, LINKED_BY_PERSON),
  AC_3("NIST", "AC-3", "Access is enforced", APPROVED, VOTES_COUNTED, REFUSED_WITHOUT_EFFECT),
  AC_5("NIST", "AC-5", "Duties are separated", SEPARATED),
  AC_6_9("NIST", "AC-6(9)", "Privileged functions are logged", STORY_COMPLETE, ENDED_ONCE),
  AU_2("NIST", "AU-2", "What is logged", TYPE_KNOWN),
  AU_3("NIST", "AU-3", "What an entry says", ENTRY_COMPLETE),
  AU_6("NIST", "AU-6", "Entries are reviewed", DOUBT_DECIDED, REFUSED_WITHOUT_EFFECT),
  AU_9_3("NIST", "AU-9(3)", "Entries are protected by cryptography", SIGNED, ANCHORED),
  AU_10("NIST", "AU-10", "Nobody can deny it", VOTES_NAMED, VOTES_COUNTED),
  AU_11("NIST", "AU-11", "Entries are kept", KEPT),
  AU_12("NIST", "AU-12", "Entries are made", STORY_COMPLETE, NO_GAP);

  private final String framework;
  private final String id;
  private final String words;
  private final List<Question> questions;

  Control(String framework, String id, String words, Question... questions) {
    this.framework = framework;
    this.id = id;
    this.words = words;
    this.questions = List.of(questions);
  }

  /** SOC 2 (Trust Services Criteria) or NIST (SP 800-53, which FedRAMP takes its controls from). */
  public String framework() {
    return framework;
  }

  /** As the framework numbers it. */
  public String id() {
    return id;
  }

  public String words() {
    return words;
  }

  public List<Question> questions() {
    return questions;
  }
}
