package io.countersign.store.controls;

import io.countersign.action.ActionId;
import io.countersign.action.Digest;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Subject;
import io.countersign.store.controls.ControlReport.Scope;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.verification.Tamper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** A log that actions are played into, step by step, and asked for its report. */
final class ControlLog implements AutoCloseable {
  static final Event.Actor AGENT = new Event.Actor("agent", "agent-1", "api");
  static final Event.Actor SYSTEM = Event.Actor.SYSTEM;
  static final String POLICY = "sha256:" + "a".repeat(64);

  final EvidenceLog evidence = new EvidenceLog();
  private final List<Long> anchored = new ArrayList<>();

  static Event.Actor person(String id) {
    return new Event.Actor("person", id, "console");
  }

  static Digest digest(ActionId action) {
    return Digest.sha256(action.value());
  }

  void anchored() {
    evidence.integrator.integrate();
    anchored.add(size());
  }

  void policyLoaded() {
    log(EventType.POLICY_LOADED, null, null, SYSTEM, null, Map.of());
  }

  /** Submitted, asked of people, voted on by them, approved, executed. */
  ActionId executed(String onBehalfOf, String... voters) {
    ActionId action = pending(onBehalfOf);
    for (String voter : voters) {
      vote(action, voter);
    }
    approve(action, voters);
    log(EventType.ACTION_EXECUTING, action, SYSTEM, Map.of());
    log(EventType.ACTION_SUCCEEDED, action, SYSTEM, Map.of("rows", 1));
    return action;
  }

  ActionId pending(String onBehalfOf) {
    ActionId action = ActionId.random();
    Map<String, Object> details = Map.of("kind", "execute_sql", "target", "shop");
    log(EventType.ACTION_SUBMITTED, action, digest(action), AGENT, onBehalfOf, details);
    log(EventType.ACTION_PENDING, action, SYSTEM, Map.of("verdict", "review"));
    return action;
  }

  void vote(ActionId action, String voter) {
    log(EventType.VOTE_COUNTED, action, person(voter), ballot(action, voter));
  }

  static Map<String, Object> ballot(ActionId action, String voter) {
    return Map.of(
        "vote",
        voter + action.value(),
        "decision",
        "approve",
        "voted_digest",
        digest(action).value());
  }

  void approve(ActionId action, String... voters) {
    List<Map<String, Object>> votes = new ArrayList<>();
    for (String voter : voters) {
      votes.add(
          Map.of(
              "vote",
              voter + action.value(),
              "person",
              new Subject.Person(voter),
              "decision",
              "approve"));
    }
    log(EventType.ACTION_APPROVED, action, SYSTEM, Map.of("votes", votes));
  }

  void log(EventType type, ActionId action, Event.Actor actor, Map<String, Object> details) {
    log(type, action, digest(action), actor, null, details);
  }

  void log(
      EventType type,
      @Nullable ActionId action,
      @Nullable Digest digest,
      Event.Actor actor,
      @Nullable String onBehalfOf,
      Map<String, Object> details) {
    boolean none =
        type == EventType.VOTE_REFUSED
            || type == EventType.VOTE_LATE
            || type == EventType.POLICY_REJECTED;
    Event event =
        new Event(
            evidence.clock.instant(),
            type,
            action,
            action == null ? 0 : 1,
            digest,
            POLICY,
            actor,
            onBehalfOf,
            none ? Event.Effect.NONE : Event.Effect.CHANGED,
            null,
            null,
            details);
    evidence.jdbi.useTransaction(handle -> Outbox.insert(handle, event));
  }

  void later(Duration by) {
    evidence.clock.advance(by);
  }

  /** What only a superuser can do. */
  void tamper(String sql) {
    evidence.integrator.integrate();
    new Tamper(evidence.jdbi).run(sql);
  }

  long size() {
    return evidence.jdbi.withExtension(
        AuditDao.class, dao -> dao.head().map(AuditDao.Head::size).orElse(0L));
  }

  ControlReport report() {
    return report(0);
  }

  ControlReport report(long first) {
    evidence.integrator.integrate();
    long size = size();
    Instant at = evidence.clock.instant();
    return evidence.jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle ->
            ControlWalk.of(
                handle,
                new Scope(
                    EvidenceLog.ORIGIN,
                    size,
                    root(handle.attach(AuditDao.class)),
                    null,
                    null,
                    first,
                    size,
                    at),
                KeyRing.of(evidence.log.keys()),
                anchored.stream().filter(reached -> reached > first).count()));
  }

  private static String root(AuditDao dao) {
    return Base64.getEncoder().encodeToString(dao.lastCheckpoint().orElseThrow().root());
  }

  @Override
  public void close() {
    evidence.close();
  }
}
