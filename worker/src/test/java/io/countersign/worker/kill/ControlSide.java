package io.countersign.worker.kill;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Digest;
import io.countersign.action.ExecuteSql;
import io.countersign.action.Limits;
import io.countersign.action.PrincipalType;
import io.countersign.action.Proposal;
import io.countersign.action.Requester;
import io.countersign.action.Requirement;
import io.countersign.activity.judging.SampleFacts;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SigningKey;
import io.countersign.policy.Verdict;
import io.countersign.sql.Analysis;
import io.countersign.sql.Mentions;
import io.countersign.sql.Resolution;
import io.countersign.sql.Reversible;
import io.countersign.sql.StatementClass;
import io.countersign.sql.Understanding;
import io.countersign.store.Database;
import io.countersign.store.DatabaseConfig;
import io.countersign.store.TestDatabase;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Change;
import io.countersign.store.action.NewAction;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.integration.Integrator;
import io.countersign.store.result.ResultVault;
import io.countersign.store.verification.AuditReport;
import io.countersign.store.verification.AuditVerify;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The control database on a server of its own: actions are approved here and looked up again. */
final class ControlSide implements AutoCloseable {
  private static final Event.Actor REQUESTER = new Event.Actor("agent", "agent-1", "api");
  private static final int MAX_ROWS = 5;
  private static final byte[] RESULT_KEY = new byte[32];

  private final DatabaseConfig config;
  private final Database database;
  private final ActionStore store;
  private final SigningKey key = signingKey();
  private final Integrator integrator;
  private final AuditLog log;

  /**
   * @param config of an empty database
   */
  ControlSide(DatabaseConfig config) {
    this.config = config;
    database = Database.open(config).withSubjectKey(TestDatabase.SUBJECT_KEY);
    database.migrate();
    store = new ActionStore(database.jdbi());
    integrator = new Integrator(database.jdbi(), key, Clock.systemUTC());
    log = new AuditLog(database.jdbi(), List.of(key.verifierKey()));
  }

  static ResultVault vault(Database database) {
    return new ResultVault(database.jdbi(), RESULT_KEY, Duration.ofDays(1));
  }

  private static SigningKey signingKey() {
    try {
      return SigningKey.generate("countersign.example/kill");
    } catch (EvidenceException e) {
      throw new IllegalStateException(e);
    }
  }

  Database database() {
    return database;
  }

  DatabaseConfig config() {
    return config;
  }

  ActionRow row(ActionId id) {
    return store.find(id).orElseThrow();
  }

  @Nullable String result(ActionId id) {
    return vault(database).read(id).orElse(null);
  }

  AuditLog log() {
    return log;
  }

  /** Moves all evidence into the log. */
  void integrate() {
    while (integrator.integrate() > 0) {
      // One batch after the other.
    }
  }

  AuditReport verify() {
    return new AuditVerify(database.jdbi(), log.keys()).verify();
  }

  /** Attempts of ended actions that nobody closed. */
  long openAttempts() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select count(*) from execution_attempt t join action a on a.id = t.action_id
                        where t.state = 'open' and a.status in ('SUCCEEDED', 'FAILED')
                        """)
                    .mapTo(Long.class)
                    .one());
  }

  Approved approve(Countable statement, long number) {
    ActionId id = ActionId.random();
    Instant now = Instant.now();
    Proposal proposal =
        new Proposal(
            TargetSide.NAME,
            new ExecuteSql(statement.sql(), List.of(String.valueOf(number))),
            new Requester(PrincipalType.AGENT, REQUESTER.id(), null),
            1,
            new Limits(MAX_ROWS, 20_000));
    NewAction action =
        new NewAction(id, proposal, "counted", null, List.of(), Set.of(), null, "hash", now);
    store.submit(action, event(REQUESTER, id, EventType.ACTION_SUBMITTED, proposal.digest()));
    store.transition(
        id,
        Set.of(ActionStatus.EVALUATING),
        ActionStatus.APPROVED,
        Change.NONE
            .withJudgement(
                new Understanding(write(), Resolution.objecting("not looked at"), List.of(), null),
                SampleFacts.UPDATE_PAYMENTS,
                allowed(),
                List.of(),
                List.of())
            .withApproval(now, now.plus(Duration.ofHours(6))),
        event(id, EventType.ACTION_APPROVED, proposal.digest()));
    return new Approved(id, proposal.digest(), statement, number);
  }

  static Event event(ActionId id, EventType type, Digest digest) {
    return event(Event.Actor.SYSTEM, id, type, digest);
  }

  private static Event event(Event.Actor actor, ActionId id, EventType type, Digest digest) {
    return new Event(
        Instant.now(),
        type,
        id,
        1,
        digest,
        null,
        actor,
        null,
        Event.Effect.CHANGED,
        null,
        null,
        Map.of());
  }

  private static Analysis write() {
    return new Analysis(
        StatementClass.WRITE,
        1,
        "Insert",
        List.of(),
        List.of(),
        false,
        List.of(),
        List.of(),
        List.of(),
        false,
        Reversible.UNKNOWN,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Mentions.NONE);
  }

  private static Verdict allowed() {
    return new Verdict(
        Verdict.Outcome.ALLOW,
        List.of("rule"),
        null,
        Requirement.NONE,
        1,
        Duration.ofHours(1),
        Duration.ofHours(6),
        List.of(),
        List.of(),
        null,
        null,
        null,
        List.of(),
        Map.of(),
        0,
        null,
        Digest.sha256("policy").value());
  }

  @Override
  public void close() {
    integrator.close();
    database.close();
  }
}
