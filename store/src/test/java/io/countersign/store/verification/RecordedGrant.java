package io.countersign.store.verification;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.GrantRole;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.Subject;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.RoleGrantDao;
import io.countersign.store.custody.LegalHolds;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An agent asks for a role for a person, two people vote, it is granted; all as it is recorded. */
final class RecordedGrant {
  static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");
  static final Instant UNTIL = AT.plusSeconds(3_600);
  static final Event.Actor SYSTEM = Event.Actor.SYSTEM;

  final ActionId id = ActionId.random();
  final EvidenceLog evidence;
  private final ActionStore actions;
  private final Proposal proposal =
      new Proposal(
          "shop",
          new GrantRole("reporting", "analyst", Duration.ofHours(1)),
          new Requester(PrincipalType.AGENT, "agent-1", "alice"),
          1,
          new Limits(1, 1));
  private final String request = NewAction.contentHash(proposal, "month end", "OPS-1").value();

  RecordedGrant(EvidenceLog evidence) {
    this.evidence = evidence;
    this.actions = new ActionStore(evidence.jdbi);
  }

  /** The whole story, in the log. */
  RecordedGrant record() {
    evidence.integrator.integrate();
    submit();
    move(
        ActionStatus.EVALUATING,
        ActionStatus.PENDING_REVIEW,
        Change.NONE.withExpiry(AT.plusSeconds(60)),
        event(EventType.ACTION_PENDING, SYSTEM, Map.of("verdict", "require_approval")));
    packet();
    vote("v1", "bob", "approve");
    vote("v2", "carol", "approve");
    move(
        ActionStatus.PENDING_REVIEW,
        ActionStatus.APPROVED,
        Change.NONE,
        event(EventType.ACTION_APPROVED, SYSTEM, Map.of("packet", packetDigest())));
    move(
        ActionStatus.APPROVED,
        ActionStatus.EXECUTING,
        Change.NONE,
        event(EventType.ACTION_EXECUTING, SYSTEM, Map.of()));
    move(
        ActionStatus.EXECUTING,
        ActionStatus.SUCCEEDED,
        Change.NONE.withOutcome(new Outcome(7, "ledger", AT, "sha256:result", 12L)),
        event(
            EventType.ACTION_SUCCEEDED,
            SYSTEM,
            Map.of(
                "rows",
                7,
                "guarantee",
                "ledger",
                "executed_at",
                AT.toString(),
                "result_sha256",
                "sha256:result",
                "packet_digest",
                packetDigest())));
    grant();
    result();
    link();
    new LegalHolds(evidence.jdbi, evidence.clock)
        .place(LegalHolds.Scope.ACTION, id.value(), "case 12");
    evidence.integrator.integrate();
    return this;
  }

  void submit() {
    actions.submit(
        new NewAction(
            id, proposal, "month end", "OPS-1", List.of(), Set.of("alice"), null, request, AT),
        new Event(
            AT,
            EventType.ACTION_SUBMITTED,
            id,
            1,
            proposal.digest(),
            null,
            new Event.Actor("agent", "agent-1", "api"),
            "alice",
            Event.Effect.CHANGED,
            null,
            null,
            Map.of("kind", "grant_role", "target", "shop", "request", request)));
  }

  Event event(EventType type, Event.Actor actor, Map<String, Object> details) {
    return new Event(
        AT,
        type,
        id,
        1,
        proposal.digest(),
        "p1",
        actor,
        "alice",
        Event.Effect.CHANGED,
        null,
        null,
        details);
  }

  void move(ActionStatus from, ActionStatus to, Change change, Event event) {
    if (!actions.transition(id, Set.of(from), to, change, event)) {
      throw new IllegalStateException("not " + from);
    }
  }

  private static String packetDigest() {
    return Digest.sha256("{\"what\":\"a role\"}").value();
  }

  private void packet() {
    evidence.jdbi.useHandle(
        handle ->
            handle.execute(
                "update action set packet = '{\"what\":\"a role\"}', packet_digest = ?",
                packetDigest()));
  }

  private void vote(String vote, String person, String decision) {
    evidence.jdbi.useTransaction(
        handle -> {
          handle.execute(
              """
              insert into ballot (vote_id, action_id, person_id, decision, digest, channel,
                received_at, mac, state)
              values (?, ?, ?, ?, ?, 'api', now(), 'm', 'counted')
              """,
              vote,
              id.value(),
              person,
              decision,
              proposal.digest().value());
          actions.record(
              handle,
              id,
              event(
                  EventType.VOTE_COUNTED,
                  new Event.Actor("person", person, "api"),
                  Map.of(
                      "vote", vote,
                      "decision", decision,
                      "voted_digest", proposal.digest().value())));
        });
  }

  private void grant() {
    evidence.jdbi.useTransaction(
        handle -> {
          RoleGrantDao grants = handle.attach(RoleGrantDao.class);
          grants.pending(id.value(), "owner", 1, 2, 3, AT, UNTIL);
          grants.began(id.value());
          actions.record(
              handle, id, event(EventType.GRANT_GIVEN, SYSTEM, Map.of("until", UNTIL.toString())));
        });
  }

  private void result() {
    evidence.jdbi.useHandle(
        handle ->
            handle.execute(
                """
                insert into result (action_id, fence, final, ciphertext, wrapped_key, row_count,
                  truncated, sha256, expires_at)
                values (?, 1, true, '', '', 7, false, 'sha256:result', now() + interval '1 day')
                """,
                id.value()));
  }

  private void link() {
    evidence.jdbi.useTransaction(
        handle -> {
          handle.execute(
              "insert into slack_link (team_id, user_id, person_id, linked_at)"
                  + " values ('T1', 'U1', 'bob', now())");
          Outbox.insert(
              handle,
              new Event(
                  AT,
                  EventType.IDENTITY_LINKED,
                  null,
                  0,
                  null,
                  null,
                  new Event.Actor("person", "bob", "console"),
                  null,
                  Event.Effect.CHANGED,
                  null,
                  null,
                  Map.of(
                      "slack_account", new Subject.Secret("bob", "T1\nU1"),
                      "person", new Subject.Person("bob"))));
        });
  }
}
