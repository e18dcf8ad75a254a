package io.countersign.activity;

import io.countersign.action.ActionId;
import io.countersign.activity.review.Standings;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.RoleGrant;
import io.countersign.store.action.RoleGrantDao;
import io.countersign.workflow.ActionEngine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings late what was cut off: starts workflows of actions that have none (the api died between
 * insert and start, or the engine lost its memory) and brings ballots that were never answered.
 * Starting and voting are idempotent, so doing it once too often does no harm.
 */
public final class Reconciler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration PERIOD = Duration.ofSeconds(3);
  private static final Duration SETTLED = Duration.ofSeconds(3);
  private static final Duration RECENT = Duration.ofMinutes(2);
  private static final Duration SWEEP = Duration.ofMinutes(2);
  private static final int BATCH = 10_000;

  private final ActionStore actions;
  private final Jdbi jdbi;
  private final ActionEngine engine;
  private final Clock clock;
  private final Thread thread = Thread.ofVirtual().name("reconciler").unstarted(this::run);
  private volatile boolean closed;

  public Reconciler(ActionStore actions, Jdbi jdbi, ActionEngine engine, Clock clock) {
    this.actions = actions;
    this.jdbi = jdbi;
    this.engine = engine;
    this.clock = clock;
  }

  public Reconciler start() {
    thread.start();
    return this;
  }

  private void run() {
    Instant nextSweep = Instant.EPOCH;
    while (!closed) {
      try {
        Instant now = clock.instant();
        boolean sweep = !now.isBefore(nextSweep);
        if (sweep) {
          restart(Instant.EPOCH, now);
          nextSweep = now.plus(SWEEP);
        } else {
          restart(now.minus(RECENT), now.minus(SETTLED));
        }
        restartGrants(now.minus(SETTLED));
        redeliver(now.minus(SETTLED));
      } catch (RuntimeException e) {
        LOG.warn("reconciling failed, trying again: {}", e.getClass().getSimpleName());
      }
      pause();
    }
  }

  /** Starts the workflow of every open action that last changed in the given time. */
  public void restart(Instant after, Instant before) {
    for (var id : actions.open(after, before, BATCH)) {
      actions.find(id).ifPresent(this::restart);
    }
  }

  /** Starts the workflow of every granted role that should be gone by then. */
  public void restartGrants(Instant before) {
    for (RoleGrant grant :
        jdbi.withExtension(RoleGrantDao.class, grants -> grants.over(before, BATCH))) {
      if (grant.isInForce()) {
        actions.find(new ActionId(grant.actionId())).ifPresent(this::restart);
      }
    }
  }

  private void restart(ActionRow row) {
    engine.start(
        row.id(), row.kind().wireName(), row.target(), row.digest(), row.requester().shown());
  }

  /** Brings ballots that came in before the given time and were not answered. */
  public void redeliver(Instant before) {
    for (Ballot ballot :
        jdbi.withExtension(BallotDao.class, ballots -> ballots.unanswered(before))) {
      engine.vote(Standings.sealed(ballot));
    }
  }

  private void pause() {
    try {
      Thread.sleep(PERIOD);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
