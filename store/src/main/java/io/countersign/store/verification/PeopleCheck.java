package io.countersign.store.verification;

import io.countersign.audit.EventType;
import io.countersign.audit.Pseudonym;
import io.countersign.audit.Subject;
import io.countersign.store.person.Subjects;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** Who the log's pseudonyms are, whose chat accounts vote, and what is held, against the log. */
record PeopleCheck(Handle handle, StateDao dao, Set<String> people) {

  /** What is wrong first. */
  Optional<String> find() {
    return Subjects.exchanged(handle)
        .map(name -> name + " is not the person whom `results.key` sealed it for")
        .or(this::withoutKey)
        .or(this::links)
        .or(this::holds);
  }

  private Optional<String> withoutKey() {
    Set<String> missing = new TreeSet<>(people);
    missing.removeIf(name -> !Pseudonym.isWellFormed(name));
    missing.removeAll(Subjects.people(handle, missing).keySet());
    missing.removeAll(dao.shredded());
    return missing.stream().findFirst().map(name -> name + " was forgotten");
  }

  /** A linked account votes for its person. */
  private Optional<String> links() {
    List<StateDao.Link> links = dao.links();
    if (links.isEmpty()) {
      return Optional.empty();
    }
    List<Told> told = told(EventType.IDENTITY_LINKED, EventType.IDENTITY_UNLINKED);
    Map<String, Told> last = new HashMap<>();
    told.forEach(event -> last.put(account(event), event));
    return links.stream()
        .filter(link -> !isLinked(link, last, isWhole(told)))
        .findFirst()
        .map(
            link ->
                "the Slack account %s of the team %s votes for a person"
                    .formatted(link.userId(), link.teamId()));
  }

  private List<Told> told(EventType one, EventType other) {
    return dao.toldOf(one.wireName(), other.wireName());
  }

  private static boolean isWhole(List<Told> told) {
    return told.stream().allMatch(Told::isWhole);
  }

  /** As entries call an account; those of an earlier release name it. */
  private static String account(Told event) {
    String commitment = event.detail("slack_account");
    return commitment.isEmpty()
        ? named(event.detail("slack_team"), event.detail("slack_user"), event.detail("person"))
        : commitment;
  }

  private static String named(String team, String user, String person) {
    return team + "\n" + user + "\n" + person;
  }

  private boolean isLinked(StateDao.Link link, Map<String, Told> last, boolean isWhole) {
    Subject.Secret account =
        new Subject.Secret(link.personId(), link.teamId() + "\n" + link.userId());
    Told said =
        Subjects.commitment(handle, account)
            .map(last::get)
            .orElseGet(() -> last.get(named(link.teamId(), link.userId(), link.personId())));
    return said == null ? !isWhole : said.is(EventType.IDENTITY_LINKED);
  }

  private Optional<String> holds() {
    List<Told> told = told(EventType.AUDIT_HELD, EventType.AUDIT_RELEASED);
    Set<String> held = new LinkedHashSet<>();
    for (Told event : told) {
      String what = held(event.detail("scope"), event.detail("held") + event.detail("person"));
      if (event.isWhole() && event.is(EventType.AUDIT_HELD)) {
        held.add(what);
      } else {
        held.remove(what);
      }
    }
    List<StateDao.Hold> rows = dao.holds();
    Map<String, String> names =
        dao.pseudonyms(Set.copyOf(rows.stream().map(StateDao.Hold::subject).toList()));
    for (StateDao.Hold row : rows) {
      String subject = row.subject();
      String what =
          held(
              row.scope(),
              row.scope().equals("person") ? names.getOrDefault(subject, "") : subject);
      if (!held.remove(what) && isWhole(told)) {
        return Optional.of("there is a legal hold on " + what);
      }
    }
    return held.stream().findFirst().map(what -> "the legal hold on " + what + " is gone");
  }

  private static String held(String scope, String subject) {
    return (scope + " " + subject).strip();
  }
}
