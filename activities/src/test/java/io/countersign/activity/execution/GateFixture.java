package io.countersign.activity.execution;

import io.countersign.action.ActionId;
import io.countersign.action.Arguments;
import io.countersign.action.Decision;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.judging.Judge;
import io.countersign.activity.judging.PolicyActivitiesImpl;
import io.countersign.activity.judging.Recheck;
import io.countersign.activity.judging.TargetCatalogue;
import io.countersign.activity.review.Electorate;
import io.countersign.activity.review.ReviewActivitiesImpl;
import io.countersign.activity.targets.Meanings;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.PolicyFile;
import io.countersign.sql.ParserPool;
import io.countersign.sql.Resolution;
import io.countersign.sql.StatementAnalyser;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.NewAction;
import io.countersign.store.person.PersonDao;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.countersign.workflow.ReviewActivities.Settled;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import io.countersign.workflow.VoteSeal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Everything between a proposal and its effect, on real databases, without an engine. */
public final class GateFixture implements AutoCloseable {
  private static final ParserPool POOL = new ParserPool();

  public final ExecutionFixture databases = new ExecutionFixture();
  private final Clock clock = Clock.systemUTC();
  private final Jdbi jdbi = databases.control.database().jdbi();
  private final VoteSeal seal = new VoteSeal("k".repeat(32).getBytes(StandardCharsets.UTF_8));
  private final StatementAnalyser analyser = new StatementAnalyser(POOL);
  private final Path path;
  private final PolicyFile policy;
  private final TargetCatalogue catalogue = new TargetCatalogue(databases.target, analyser);
  private final Electorate electorate;
  private Operations operations;
  private Judge judge;
  private Recheck recheck;
  private PolicyActivitiesImpl judging;
  private final ReviewActivitiesImpl reviews;
  private Meanings meaningsThen = (proposal, connection) -> judge.resolve(proposal, connection);

  public GateFixture(Path path, String rules) throws Exception {
    this(path, rules, Operations.none());
  }

  GateFixture(Path path, String rules, Operations declared) throws Exception {
    this.path = path;
    write(rules);
    policy = PolicyFile.open(path);
    electorate = new Electorate(policy, Map.of("shop", databases.target.target()), seal, clock);
    declare(declared);
    reviews = new ReviewActivitiesImpl(jdbi, databases.store, electorate, seal, clock);
    jdbi.useExtension(
        PersonDao.class,
        people -> {
          people.saw("alice", "Alice", List.of("dba", "security"), clock.instant());
          people.saw("bob", "Bob", List.of("dba"), clock.instant());
        });
  }

  /** Puts other operations in force, as a restart with another config.yml does. */
  final void declare(Operations others) {
    operations = others;
    judge = new Judge(policy, analyser, Map.of("shop", catalogue), operations, clock);
    long bytes = TargetDatabase.Settings.DEFAULT.maxBytes();
    recheck = new Recheck(jdbi, databases.store, judge, electorate, bytes, clock);
    judging =
        new PolicyActivitiesImpl(jdbi, databases.store, judge, electorate, recheck, bytes, clock);
  }

  private void write(String rules) throws Exception {
    Files.writeString(
        path,
        """
        version: 1
        groups: {dba: {idp: dba}, security: {idp: security}}
        defaults: {pending_for: 1h, approved_for: 10m}
        """
            + rules);
  }

  /** Puts other rules in force, as a reload does. */
  public void policy(String rules) throws Exception {
    write(rules);
    policy
        .reload()
        .ifPresent(
            problem -> {
              throw new IllegalStateException(problem);
            });
  }

  /** An action of agent-1, judged. */
  public ActionId judged(String sql, String... params) {
    return judged(100, sql, params);
  }

  public ActionId judged(int maxRows, String sql, String... params) {
    ActionId id = submitted(maxRows, sql, params);
    judging.judge(id);
    return id;
  }

  public ActionId submitted(int maxRows, String sql, String... params) {
    return submitted(maxRows, new ExecuteSql(sql, Arrays.asList(params)));
  }

  public ActionId judged(Arguments arguments) {
    ActionId id = submitted(100, arguments);
    judging.judge(id);
    return id;
  }

  public ActionId submitted(int maxRows, Arguments arguments) {
    ActionId id = ActionId.random();
    Proposal proposal =
        new Proposal(
            "shop",
            arguments,
            new Requester(PrincipalType.AGENT, "agent-1", "carol"),
            1,
            new Limits(maxRows, 10_000));
    Instant now = clock.instant();
    databases.store.submit(
        new NewAction(
            id, proposal, "a reason", null, List.of(), Set.of("agent-1"), null, "hash", now),
        new Event(
            now,
            EventType.ACTION_SUBMITTED,
            id,
            1,
            proposal.digest(),
            null,
            Event.Actor.SYSTEM,
            null,
            Event.Effect.CHANGED,
            null,
            null,
            Map.of()));
    return id;
  }

  public Standing judge(ActionId id) {
    return judging.judge(id);
  }

  public Settled approves(ActionId id, String person) {
    SealedVote vote = vote(id, person);
    return reviews.settle(vote);
  }

  /** A ballot that is stored and not settled yet. */
  SealedVote vote(ActionId id, String person) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    SealedVote vote =
        seal.seal(
            new SealedVote(
                UUID.randomUUID().toString(),
                id,
                row(id).digest(),
                person,
                Decision.APPROVE,
                "api",
                now,
                ""));
    Ballot ballot =
        new Ballot(
            vote.voteId(),
            id,
            person,
            vote.decision(),
            vote.digest(),
            vote.channel(),
            "",
            now,
            now,
            vote.mac(),
            Ballot.State.RECEIVED,
            null,
            List.of());
    jdbi.useExtension(BallotDao.class, ballots -> ballots.insert(ballot));
    return vote;
  }

  Settled settle(SealedVote vote) {
    return reviews.settle(vote);
  }

  /** The quorum is there, says the workflow. */
  public Standing quorum(ActionId id) {
    return judging.approve(id);
  }

  ActionId approved(String sql, String... params) {
    ActionId id = judged(sql, params);
    approves(id, "bob");
    quorum(id);
    return id;
  }

  public Executed execute(ActionId id) {
    return execute(id, ExecutionProbe.NONE);
  }

  public Executed execute(ActionId id, ExecutionProbe probe) {
    return activities(databases.target, recheck::beforeStart, probe).execute(id, row(id).digest());
  }

  /** Runs something right after a proposal's names were compared for the last time. */
  public void afterComparing(Runnable then) {
    meaningsThen =
        (proposal, connection) -> {
          Optional<Resolution> found = judge.resolve(proposal, connection);
          then.run();
          return found;
        };
  }

  ExecutionActivitiesImpl activities(TargetDatabase target, Gate gate, ExecutionProbe probe) {
    return new ExecutionActivitiesImpl(
        jdbi,
        databases.store,
        databases.vault,
        databases.exports,
        Map.of("shop", target),
        operations,
        meaningsThen,
        gate,
        clock,
        probe);
  }

  public ActionRow row(ActionId id) {
    return databases.row(id);
  }

  public List<String> evidence(ActionId id) {
    return databases.evidence(id);
  }

  @Override
  public void close() {
    databases.close();
  }
}
