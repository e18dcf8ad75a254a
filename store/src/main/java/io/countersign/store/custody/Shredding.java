package io.countersign.store.custody;

import io.countersign.audit.EventType;
import io.countersign.audit.Subject;
import io.countersign.store.person.Subjects;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Forgets a person: their key, their directory data, and their words and id in ended actions. */
public final class Shredding {
  /** Actions that a person asked for, decided on, or may not decide on. */
  private static final String CONCERNS =
      """
      (a.on_behalf_of = :person or (a.requester_type = 'person' and a.requester_id = :person)
        or :person = any(a.parties)
        or exists (select from ballot b where b.action_id = a.id and b.person_id = :person))
      """;

  /** Whom the evidence of an action names in any part, for example as the operator who decided. */
  private static final String NAMED =
      """
      exists (
        select from audit_secret s join (
          select action_id, body from audit_entry union all
          select action_id, body from audit_outbox) e on strpos(e.body, s.pseudonym) > 0
        where s.subject_id = :person and e.action_id = a.id)
      """;

  private static final String OPEN =
      "a.status in ('EVALUATING', 'PENDING_REVIEW', 'APPROVED', 'EXECUTING',"
          + " 'NEEDS_RECONCILIATION')";

  private static final List<String> ERASE =
      List.of(
          // The agent reads a reviewer's words as the error of what was denied.
          """
          update action a set error =
              jsonb_set(a.error::jsonb, '{message}', '"a reviewer denied it"')::text
          where a.error like '%DENIED_BY_REVIEWER%' and exists (
              select from ballot b where b.action_id = a.id and b.person_id = :person
              and b.decision = 'deny')
          """,
          """
          update ballot set person_id = :pseudonym, reason = '', mac = ''
          where person_id = :person
          """,
          """
          update reconciliation set decided_by = :pseudonym, reason = '' where decided_by = :person
          """,
          """
          update action set reason = '', ticket = null, packet = null
          where on_behalf_of = :person or (requester_type = 'person' and requester_id = :person)
          """,
          // A party whom nothing here knows as somebody else is another id of this person, from a
          // token with several.
          """
          update action a set parties = array(
              select p from unnest(a.parties) p
              where p = :person or exists (select from audit_secret where subject_id = p)
                or exists (select from person where id = p)
                or exists (select from agent_owner where person_id = p))
          where on_behalf_of = :person or (requester_type = 'person' and requester_id = :person)
          """,
          """
          update action set parties = array_replace(parties, :person, :pseudonym),
              on_behalf_of = case on_behalf_of when :person then :pseudonym else on_behalf_of end
          where on_behalf_of = :person or :person = any(parties)
          """,
          """
          update action set requester_id = :pseudonym, idempotency_key = null,
              facts = replace(facts, to_json(:person::text)::text, to_json(:pseudonym::text)::text)
          where requester_type = 'person' and requester_id = :person
          """,
          "delete from preview where strpos(question, to_json(:person::text)::text) > 0",
          "delete from web_session where person_id = :person",
          """
          delete from slack_link_code c using slack_link l
          where l.person_id = :person and (c.team_id, c.user_id) = (l.team_id, l.user_id)
          """,
          "delete from slack_link where person_id = :person",
          "delete from agent_owner where person_id = :person",
          "delete from person where id = :person",
          "delete from audit_secret where subject_id = :person");

  private final Jdbi jdbi;
  private final Clock clock;

  public Shredding(Jdbi jdbi, Clock clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /** What would be lost. */
  public record Loss(long entries, long actions, long ballots) {}

  /** Why this person cannot be forgotten now, in words. */
  public Optional<String> refusal(String person) {
    return jdbi.withHandle(handle -> refusal(handle, person));
  }

  private static Optional<String> refusal(Handle handle, String person) {
    String open =
        "select 'action ' || a.id || ' is open and has this person as requester, party or voter'"
            + " from action a where %s and %s order by a.id limit 1".formatted(OPEN, CONCERNS);
    String held =
        """
        select 'a legal hold concerns this person: ' || h.scope || ' ' ||
          case h.scope when 'action' then h.subject else '' end
        from audit_hold h
        where h.scope = 'all' or (h.scope = 'person' and h.subject = :person)
          or (h.scope = 'action' and exists (
            select from action a where a.id = h.subject and (%s or %s)))
        order by h.id limit 1
        """
            .formatted(CONCERNS, NAMED);
    return first(handle, open, person).or(() -> first(handle, held, person)).map(String::strip);
  }

  private static Optional<String> first(Handle handle, String question, String person) {
    return handle.createQuery(question).bind("person", person).mapTo(String.class).findOne();
  }

  /** Counts what would be lost; changes nothing. */
  public Loss look(String person) {
    return jdbi.withHandle(
        handle ->
            new Loss(
                count(
                    handle,
                    "select count(*) from audit_entry join audit_secret"
                        + " on strpos(body, pseudonym) > 0 where subject_id = :person",
                    person),
                count(handle, "select count(*) from action a where " + CONCERNS, person),
                count(handle, "select count(*) from ballot where person_id = :person", person)));
  }

  private static long count(Handle handle, String question, String person) {
    return handle.createQuery(question).bind("person", person).mapTo(Long.class).one();
  }

  /**
   * Forgets the person, with evidence that names the pseudonym alone.
   *
   * @return why not; empty where it is done
   */
  public Optional<String> shred(String person) {
    return jdbi.inTransaction(
        handle -> {
          // No hold is placed and nobody submits or votes meanwhile.
          handle.execute("lock table audit_hold, action, ballot in share row exclusive mode");
          Optional<String> refusal = refusal(handle, person);
          if (refusal.isEmpty()) {
            Custody.record(
                handle,
                EventType.AUDIT_SHREDDED,
                clock.instant(),
                Map.of("person", new Subject.Person(person)));
            erase(handle, person);
          }
          return refusal;
        });
  }

  private static void erase(Handle handle, String person) {
    Subject subject = new Subject.Person(person);
    String pseudonym = Subjects.names(handle, Set.of(person)).standIns(handle).of(subject);
    for (String statement : ERASE) {
      handle
          .createUpdate(statement)
          .bindMap(Map.of("person", person, "pseudonym", pseudonym))
          .execute();
    }
  }
}
