package io.countersign.store.verification;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.customizer.Bind;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jspecify.annotations.Nullable;

/** Reads live tables, and events beside them, as they are. */
@RegisterConstructorMapper(LiveAction.class)
@RegisterConstructorMapper(StateDao.Event.class)
@RegisterConstructorMapper(StateDao.Cast.class)
@RegisterConstructorMapper(StateDao.Grant.class)
@RegisterConstructorMapper(StateDao.Doubt.class)
@RegisterConstructorMapper(StateDao.Sum.class)
@RegisterConstructorMapper(StateDao.Name.class)
@RegisterConstructorMapper(StateDao.Link.class)
@RegisterConstructorMapper(StateDao.Hold.class)
interface StateDao {

  /** An event of the log or of its outbox; the body is empty where retention removed it. */
  record Event(@Nullable String actionId, String type, String body) {
    Told told() {
      return Told.of(type, body);
    }
  }

  /** A ballot that counts. */
  record Cast(
      String voteId,
      String actionId,
      String personId,
      String decision,
      String digest,
      String channel) {}

  /** A role that was granted. */
  record Grant(String actionId, String state, Instant until, @Nullable Instant revokedAt) {}

  /** What nobody knew. */
  record Doubt(String actionId, @Nullable String decision, @Nullable String decidedBy) {}

  /** The checksum of a result or of a file. */
  record Sum(String actionId, String sha256) {}

  /** A person and what the log calls them. */
  record Name(String subjectId, String pseudonym) {}

  /** A chat account that votes. */
  record Link(String teamId, String userId, String personId) {}

  /** What must be kept. */
  record Hold(String scope, String subject) {}

  @SqlQuery(
      """
      select id, kind, target, arguments, max_rows, statement_timeout_ms, reason, ticket,
        requester_type, requester_id, on_behalf_of, content_hash, revision, digest, status, packet,
        packet_digest, outcome
      from action where id > :after order by id limit 50
      """)
  List<LiveAction> actionsAfter(@Bind("after") String id);

  @SqlQuery(
      """
      select e.action_id from audit_entry e
      where e.type = 'action.submitted'
        and not exists (select from action a where a.id = e.action_id)
      order by e.idx limit 1
      """)
  List<String> withoutRow();

  @SqlQuery(
      """
      select action_id, type, body from (
        select action_id, type, coalesce(body, '') as body, 0 as waits, idx as position
          from audit_entry where action_id = any(:actions)
        union all
        select action_id, type, body, 1, id from audit_outbox where action_id = any(:actions)
      ) as events order by waits, position
      """)
  List<Event> events(@Bind("actions") String[] actions);

  @SqlQuery(
      """
      select action_id, type, body from (
        select action_id, type, coalesce(body, '') as body, 0 as waits, idx as position
          from audit_entry where type = any(:types)
        union all
        select action_id, type, body, 1, id from audit_outbox where type = any(:types)
      ) as events order by waits, position
      """)
  List<Event> eventsOf(@Bind("types") String... types);

  @SqlQuery(
      """
      select vote_id, action_id, person_id, decision, digest, channel from ballot
      where state = 'counted' and action_id = any(:actions) order by vote_id
      """)
  List<Cast> counted(@Bind("actions") String[] actions);

  /** Everybody who ever voted, whatever became of the vote. */
  @SqlQuery("select distinct person_id from ballot where action_id = any(:actions)")
  List<String> voters(@Bind("actions") String[] actions);

  @SqlQuery(
      """
      select action_id, state, until, revoked_at from role_grant where action_id = any(:actions)
      """)
  List<Grant> granted(@Bind("actions") String[] actions);

  @SqlQuery(
      """
      select action_id, decision, decided_by from reconciliation where action_id = any(:actions)
      """)
  List<Doubt> doubted(@Bind("actions") String[] actions);

  /** Of what may be fetched. */
  @SqlQuery(
      """
      select action_id, sha256 from result where final and action_id = any(:actions)
      union all
      select action_id, sha256 from artifact
      where state in ('ready', 'taken') and action_id = any(:actions)
      """)
  List<Sum> sums(@Bind("actions") String[] actions);

  @SqlQuery("select subject_id, pseudonym from audit_secret where subject_id = any(:people)")
  List<Name> names(@Bind("people") String[] people);

  @SqlQuery("select team_id, user_id, person_id from slack_link order by linked_at")
  List<Link> links();

  @SqlQuery("select scope, subject from audit_hold order by id")
  List<Hold> holds();

  /** Each action's events, oldest first. */
  default Map<String, List<Told>> told(String[] actions) {
    return events(actions).stream()
        .collect(
            groupingBy(
                event -> Objects.requireNonNull(event.actionId()), mapping(Event::told, toList())));
  }

  /** Events of some types, oldest first. */
  default List<Told> toldOf(String... types) {
    return eventsOf(types).stream().map(Event::told).toList();
  }

  /** Pseudonyms that the log says to mean nobody any more. */
  default Set<String> shredded() {
    return toldOf("audit.shredded").stream().map(event -> event.detail("person")).collect(toSet());
  }

  /** Pseudonyms by person. */
  default Map<String, String> pseudonyms(Set<String> people) {
    return names(people.toArray(String[]::new)).stream()
        .collect(toMap(Name::subjectId, Name::pseudonym));
  }
}
