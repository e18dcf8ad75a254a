package io.countersign.api;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.evidence.Outbox;
import io.countersign.workflow.ActionEngine;
import io.countersign.workflow.ActionEngine.Delivery;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.VoteReceipt;
import io.countersign.workflow.VoteSeal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The ballot is stored first and brought to the workflow second: a vote that was accepted is never
 * lost, and one that reaches Temporal by another way has no ballot here.
 */
public final class CastVotes implements Votes {
  private final Jdbi jdbi;
  private final ActionStore actions;
  private final ActionEngine engine;
  private final VoteSeal seal;
  private final Clock clock;

  public CastVotes(
      Jdbi jdbi, ActionStore actions, ActionEngine engine, VoteSeal seal, Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.engine = engine;
    this.seal = seal;
    this.clock = clock;
  }

  @Override
  public VoteReceipt cast(
      ActionId id,
      String personId,
      Decision decision,
      Digest digest,
      String reason,
      String channel,
      @Nullable Instant signedInAt) {
    ActionRow row = find(id);
    SealedVote vote =
        seal.seal(
            new SealedVote(
                UUID.randomUUID().toString(),
                id,
                digest,
                personId,
                decision,
                channel,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                ""));
    store(vote, reason, signedInAt);
    if (row.status() != ActionStatus.PENDING_REVIEW && row.status() != ActionStatus.EVALUATING) {
      return late(row, vote);
    }
    return deliver(row, vote, true);
  }

  @Override
  public void askReason(ActionId id, String triggerId) {
    engine.askReason(id, triggerId);
  }

  private VoteReceipt deliver(ActionRow row, SealedVote vote, boolean mayRevive) {
    return switch (engine.vote(vote)) {
      case Delivery.Answered answered -> answered.receipt();
      case Delivery.Unanswered unanswered -> new VoteReceipt(true, null, row.status());
      case Delivery.NoWorkflow gone -> {
        ActionRow now = find(row.id());
        if (now.status() == ActionStatus.PENDING_REVIEW && mayRevive) {
          engine.start(
              now.id(), now.kind().wireName(), now.target(), now.digest(), now.requester().shown());
          yield deliver(now, vote, false);
        }
        yield now.status() == ActionStatus.PENDING_REVIEW
            ? new VoteReceipt(true, null, now.status())
            : late(now, vote);
      }
    };
  }

  private void store(SealedVote vote, String reason, @Nullable Instant signedInAt) {
    Ballot ballot =
        new Ballot(
            vote.voteId(),
            vote.actionId(),
            vote.personId(),
            vote.decision(),
            vote.digest(),
            vote.channel(),
            reason,
            signedInAt,
            vote.receivedAt(),
            vote.mac(),
            Ballot.State.RECEIVED,
            null,
            List.of());
    jdbi.useExtension(BallotDao.class, ballots -> ballots.insert(ballot));
  }

  /** A vote after the end is kept, with no effect. */
  private VoteReceipt late(ActionRow row, SealedVote vote) {
    jdbi.useTransaction(
        handle -> {
          BallotDao ballots = handle.attach(BallotDao.class);
          ballots.settle(vote.voteId(), "late", Code.NOT_PENDING.name(), List.of());
          Outbox.insert(
              handle,
              new Event(
                  clock.instant(),
                  EventType.VOTE_LATE,
                  row.id(),
                  row.revision(),
                  row.digest(),
                  null,
                  new Event.Actor("person", vote.personId(), vote.channel()),
                  null,
                  Event.Effect.NONE,
                  Code.NOT_PENDING.name(),
                  null,
                  Map.of("vote", vote.voteId())));
        });
    return new VoteReceipt(false, Code.NOT_PENDING, row.status());
  }

  private ActionRow find(ActionId id) {
    return actions
        .find(id)
        .orElseThrow(() -> new ApiException(Code.NOT_FOUND, "there is no such action"));
  }
}
