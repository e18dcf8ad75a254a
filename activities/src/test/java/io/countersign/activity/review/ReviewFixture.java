package io.countersign.activity.review;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.action.Target;
import io.countersign.activity.judging.Judge;
import io.countersign.activity.judging.JudgedFacts;
import io.countersign.activity.judging.PacketWriter;
import io.countersign.activity.judging.Recheck;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.Circumstances;
import io.countersign.policy.Facts;
import io.countersign.policy.PolicyFile;
import io.countersign.policy.Spending;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Mentions;
import io.countersign.sql.ParserPool;
import io.countersign.sql.Resolution;
import io.countersign.sql.Reversible;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.person.PersonDao;
import io.countersign.workflow.ReviewActivities.Settled;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import io.countersign.workflow.VoteSeal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** An action under review by two of dba, its people, and a policy that can change. */
final class ReviewFixture {
  private static final Target SHOP =
      new Target("shop", "prod", List.of(), List.of("public"), Map.of());
  private static final Analysis UPDATE =
      new Analysis(
          StatementClass.WRITE,
          1,
          "Update",
          List.of("customers"),
          List.of("city"),
          false,
          List.of(),
          List.of("="),
          List.of(),
          false,
          Reversible.UNKNOWN,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Mentions.NONE);

  private final Clock clock = Clock.systemUTC();
  private final Jdbi jdbi;
  private final ActionStore actions;
  private final VoteSeal seal = new VoteSeal("k".repeat(32).getBytes(StandardCharsets.UTF_8));
  private final Path policyPath;
  private final PolicyFile policy;
  private final ReviewActivitiesImpl reviews;
  private final Recheck recheck;

  ReviewFixture(TestDatabase test, Path policyPath) throws Exception {
    this.jdbi = test.database().jdbi();
    this.actions = new ActionStore(jdbi);
    this.policyPath = policyPath;
    write("review", "{dba: 2}");
    this.policy = PolicyFile.open(policyPath);
    Electorate electorate = new Electorate(policy, Map.of("shop", SHOP), seal, clock);
    this.reviews = new ReviewActivitiesImpl(jdbi, actions, electorate, seal, clock);
    Judge judge = new Judge(policy, new StatementAnalyser(new ParserPool()), Map.of(), clock);
    this.recheck = new Recheck(jdbi, actions, judge, electorate, 10 << 20, clock);
    seedPeople();
  }

  void seedPeople() {
    Instant now = clock.instant();
    jdbi.useExtension(
        PersonDao.class,
        people -> {
          people.saw("alice", "Alice", List.of("dba", "security"), now);
          people.saw("bob", "Bob", List.of("dba"), now);
          people.saw("carol", "Carol", List.of("dba"), now);
          people.saw("erin", "Erin", List.of("platform"), now);
          people.setActive("bob", true);
        });
  }

  void removeBobFromDba() {
    jdbi.useExtension(
        PersonDao.class, people -> people.saw("bob", "Bob", List.of(), clock.instant()));
  }

  void deactivateBob() {
    jdbi.useExtension(PersonDao.class, people -> people.setActive("bob", false));
  }

  /** Changes the policy in force, as a reload would. */
  void policy(String then, String approvals) throws Exception {
    write(then, approvals);
    policy
        .reload()
        .ifPresent(
            problem -> {
              throw new IllegalStateException(problem);
            });
  }

  private void write(String then, String approvals) throws IOException {
    String rest =
        then.equals("refuse")
            ? "    because: frozen\n"
            : "    approvals: ["
                + approvals
                + "]\n"
                + "    escalate: [{after: 10m, notify: [security]}]\n";
    Files.writeString(
        policyPath,
        """
        version: 1
        groups:
          dba: {idp: dba}
          security: {idp: security}
        defaults: {pending_for: 1h, approved_for: 10m}
        rules:
          - name: writes
            when: sql.class == "write"
            then: %s
        """
                .formatted(then)
            + rest);
  }

  /** A fresh action of agent-1, on behalf of carol, that waits for two of dba. */
  ActionId pending() {
    Proposal proposal =
        new Proposal(
            "shop",
            new ExecuteSql("update customers set city = $1 where id = 1", List.of("Bonn")),
            new Requester(PrincipalType.AGENT, "agent-1", "carol"),
            1,
            new Limits(10, 1000));
    ActionId id = ActionId.random();
    Instant now = clock.instant();
    NewAction action =
        new NewAction(
            id,
            proposal,
            "a reason",
            null,
            List.of(),
            Set.of("agent-1", "carol"),
            null,
            proposal.digest().value(),
            now);
    actions.submit(action, event(id, proposal, EventType.ACTION_SUBMITTED));
    ActionRow row = row(id);
    Understanding understood =
        new Understanding(UPDATE, Resolution.objecting("not looked at"), List.of("pii"), 1L);
    Facts facts = JudgedFacts.of(proposal, List.of(), SHOP, understood, null);
    Verdict verdict = policy.current().judge(facts, new Circumstances(now, Spending.NONE));
    Instant expires = now.plus(verdict.pendingFor());
    var packet = PacketWriter.write(row, SHOP, understood, "ledger", verdict, expires);
    Change change =
        Change.NONE
            .withJudgement(understood, facts, verdict, List.of("dba"), List.of("dba"))
            .withPacket(packet, Digest.sha256("packet").value())
            .withExpiry(expires);
    actions.transition(
        id,
        Set.of(ActionStatus.EVALUATING),
        ActionStatus.PENDING_REVIEW,
        change,
        event(id, proposal, EventType.ACTION_PENDING));
    return id;
  }

  private Event event(ActionId id, Proposal proposal, EventType type) {
    return new Event(
        clock.instant(),
        type,
        id,
        1,
        proposal.digest(),
        null,
        Event.Actor.SYSTEM,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  Settled vote(ActionId id, String person, Decision decision) {
    return settle(cast(id, person, decision, row(id).digest(), "api"));
  }

  /** A sealed vote with its ballot, as the api stores it. */
  SealedVote cast(ActionId id, String person, Decision decision, Digest digest, String channel) {
    SealedVote vote = sealed(id, person, decision, digest, channel);
    Ballot ballot =
        new Ballot(
            vote.voteId(),
            id,
            person,
            decision,
            digest,
            channel,
            "because",
            vote.receivedAt(),
            vote.receivedAt(),
            vote.mac(),
            Ballot.State.RECEIVED,
            null,
            List.of());
    jdbi.useExtension(BallotDao.class, ballots -> ballots.insert(ballot));
    return vote;
  }

  /** A sealed vote that no door ever stored. */
  SealedVote sealed(ActionId id, String person, Decision decision) {
    return sealed(id, person, decision, row(id).digest(), "api");
  }

  private SealedVote sealed(
      ActionId id, String person, Decision decision, Digest digest, String channel) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    String voteId = UUID.randomUUID().toString();
    return seal.seal(new SealedVote(voteId, id, digest, person, decision, channel, now, ""));
  }

  Settled settle(SealedVote vote) {
    return reviews.settle(vote);
  }

  Standing approve(ActionId id) {
    recheck.atQuorum(id);
    return jdbi.withHandle(
        handle -> {
          var dao = handle.attach(ActionDao.class);
          var counted = handle.attach(BallotDao.class).counted(id.value());
          return Standings.of(dao.find(id).orElseThrow(), counted);
        });
  }

  Standing escalate(ActionId id, int step) {
    return reviews.escalate(id, step);
  }

  ActionStatus end(ActionId id, ActionStatus ending) {
    return reviews.end(id, ending);
  }

  ActionRow row(ActionId id) {
    return actions.find(id).orElseThrow();
  }

  /** Types of the action's evidence, oldest first. */
  List<String> evidence(ActionId id) {
    return column("type", id);
  }

  List<String> codes(ActionId id) {
    return column("body::jsonb ->> 'code'", id);
  }

  private List<String> column(String expression, ActionId id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select "
                        + expression.replace("::", "\\:\\:")
                        + " from audit_outbox where action_id = :id order by id")
                .bind("id", id.value())
                .mapTo(String.class)
                .list());
  }
}
