package io.countersign.store.custody;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Decision;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.ReceiptVerifier;
import io.countersign.audit.Verification;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.person.PersonDao;
import io.countersign.store.verification.AuditReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A person is forgotten, and the log stays whole. */
class ShreddingTest {
  private static final String PERSON = "pl4nted-person@example.org";
  private static final String REASON = "pl4nted-person's reason";

  private final EvidenceLog evidence = new EvidenceLog();
  private final ActionStore actions = new ActionStore(evidence.jdbi);
  private final Shredding shredding = new Shredding(evidence.jdbi, evidence.clock);
  private final LegalHolds holds = new LegalHolds(evidence.jdbi, evidence.clock);

  @AfterEach
  void close() {
    evidence.close();
  }

  @Test
  void shreddedSubject() {
    NewAction asked = submit(new Requester(PrincipalType.AGENT, "agent-1", PERSON));
    NewAction own = submit(new Requester(PrincipalType.PERSON, PERSON, null));
    NewAction voted = submit(new Requester(PrincipalType.AGENT, "agent-1", "carol"));
    ballot(voted);
    evidence.jdbi.useExtension(
        PersonDao.class,
        people -> {
          people.saw(PERSON, "Pl4nted Person", List.of("dba"), evidence.clock.instant());
          people.own("agent-1", PERSON);
        });
    assertThat(shredding.shred(PERSON).orElseThrow())
        .contains(" is open and has this person as requester, party or voter");
    for (NewAction action : List.of(asked, own, voted)) {
      end(action);
    }
    evidence.integrator.integrate();
    byte[] receipt =
        evidence
            .log
            .receipt(voted.actionId())
            .orElseThrow()
            .text()
            .getBytes(StandardCharsets.UTF_8);
    String pseudonym = pseudonym();
    assertThat(new String(receipt, StandardCharsets.UTF_8)).contains(pseudonym);
    assertThat(shredding.look(PERSON)).isEqualTo(new Shredding.Loss(5, 3, 1));
    assertThat(everything()).containsIgnoringCase("pl4nted");

    assertThat(shredding.shred(PERSON)).isEmpty();

    evidence.integrator.integrate();
    assertThat(everything()).doesNotContainIgnoringCase("pl4nted").contains(pseudonym);
    assertThat(evidence.verify()).isInstanceOf(AuditReport.Intact.class);
    assertThat(ReceiptVerifier.verify(receipt, evidence.log.keys()))
        .isInstanceOf(Verification.Valid.class);
    assertThat(evidence.log.timeline(own.actionId()).getFirst().actor().id()).isEqualTo(pseudonym);
    submit(new Requester(PrincipalType.PERSON, PERSON, null));
    assertThat(pseudonym()).isNotEqualTo(pseudonym);
  }

  @Test
  void heldPersonIsNotForgotten() {
    end(submit(new Requester(PrincipalType.PERSON, PERSON, null)));
    holds.place(LegalHolds.Scope.PERSON, PERSON, "a court asks");
    assertThat(shredding.shred(PERSON)).contains("a legal hold concerns this person: person");
    holds.release(LegalHolds.Scope.PERSON, PERSON);
    ActionId other = ActionId.random();
    holds.place(LegalHolds.Scope.ACTION, other.value(), "a court asks");
    assertThat(shredding.refusal(PERSON)).isEmpty();
    holds.place(LegalHolds.Scope.ALL, "", "a court asks");
    assertThat(shredding.shred(PERSON)).contains("a legal hold concerns this person: all");
  }

  @Test
  void partyOfAHeldActionIsNotForgotten() {
    NewAction action = submit(new Requester(PrincipalType.AGENT, "agent-1", PERSON));
    end(action);
    holds.place(LegalHolds.Scope.ACTION, action.id(), "a court asks");
    assertThat(shredding.shred(PERSON))
        .contains("a legal hold concerns this person: action " + action.id());
  }

  @Test
  void whoeverTheEvidenceOfAHeldActionNamesIsNotForgotten() {
    NewAction action = submit(new Requester(PrincipalType.AGENT, "agent-1", "carol"));
    end(action);
    holds.place(LegalHolds.Scope.ACTION, action.id(), "a court asks");
    String held = "a legal hold concerns this person: action " + action.id();
    assertThat(shredding.shred(PERSON)).as("waits in the outbox").contains(held);
    evidence.integrator.integrate();
    assertThat(shredding.shred(PERSON)).contains(held);
    assertThat(shredding.shred("erin")).isEmpty();
  }

  @Test
  void anotherIdFromThePersonsTokenIsNoPartyAnyMore() {
    evidence.jdbi.useExtension(
        PersonDao.class,
        people -> people.saw("carol", "Carol", List.of(), evidence.clock.instant()));
    NewAction action =
        submit(new Requester(PrincipalType.PERSON, PERSON, null), "pl4nted-subject", "carol");
    end(action);
    String pseudonym = pseudonym();
    assertThat(shredding.shred(PERSON)).isEmpty();
    assertThat(actions.find(action.actionId()).orElseThrow().parties())
        .containsExactlyInAnyOrder(pseudonym, "carol");
  }

  private NewAction submit(Requester requester, String... parties) {
    Proposal proposal =
        new Proposal(
            "shop", new ExecuteSql("select 1", List.of()), requester, 1, new Limits(10, 1000));
    Instant now = evidence.clock.instant();
    String who = requester.onBehalfOf() == null ? requester.id() : requester.onBehalfOf();
    Set<String> behind = new HashSet<>(List.of(parties));
    behind.addAll(List.of(requester.id(), who));
    NewAction action =
        new NewAction(
            ActionId.random(),
            proposal,
            who.equals(PERSON) ? REASON : "a reason",
            null,
            List.of(),
            behind,
            null,
            proposal.digest().value(),
            now);
    actions.submit(action, event(action, EventType.ACTION_SUBMITTED, requester));
    return action;
  }

  private void ballot(NewAction action) {
    Ballot ballot =
        new Ballot(
            "vote-1",
            action.actionId(),
            PERSON,
            Decision.DENY,
            action.proposal().digest(),
            "api",
            REASON,
            null,
            evidence.clock.instant(),
            "pl4nted-mac",
            Ballot.State.RECEIVED,
            null,
            List.of());
    evidence.jdbi.useExtension(BallotDao.class, ballots -> ballots.insert(ballot));
  }

  private void end(NewAction action) {
    actions.transition(
        action.actionId(),
        Set.of(ActionStatus.EVALUATING),
        ActionStatus.REFUSED,
        Change.NONE,
        event(action, EventType.ACTION_REFUSED, new Requester(PrincipalType.PERSON, PERSON, null)));
  }

  private static Event event(NewAction action, EventType type, Requester by) {
    return new Event(
        action.at(),
        type,
        action.actionId(),
        1,
        action.proposal().digest(),
        null,
        new Event.Actor(by.type().wireName(), by.id(), "api"),
        by.onBehalfOf(),
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  private String pseudonym() {
    return evidence.jdbi.withHandle(
        handle ->
            handle
                .createQuery("select pseudonym from audit_secret where subject_id = ?")
                .bind(0, PERSON)
                .mapTo(String.class)
                .one());
  }

  /** Every row of every table as text, as a dump would hold it. */
  private String everything() {
    return evidence.jdbi.withHandle(
        handle -> {
          StringBuilder all = new StringBuilder();
          for (String table :
              handle
                  .createQuery(
                      "select table_name from information_schema.tables"
                          + " where table_schema = 'public'")
                  .mapTo(String.class)
                  .list()) {
            all.append(
                String.join(
                    "\n",
                    handle
                        .createQuery("select t::text from " + table + " t")
                        .mapTo(String.class)
                        .list()));
          }
          return all.toString();
        });
  }
}
