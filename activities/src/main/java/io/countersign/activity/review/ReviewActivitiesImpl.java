package io.countersign.activity.review;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Json;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.policy.Verdict;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.Change;
import io.countersign.workflow.ReviewActivities;
import io.countersign.workflow.SealedVote;
import io.countersign.workflow.Standing;
import io.countersign.workflow.VoteReceipt;
import io.countersign.workflow.VoteSeal;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the review: every vote is decided and recorded here, in one transaction, before it acts.
 */
public final class ReviewActivitiesImpl implements ReviewActivities {
  private final Jdbi jdbi;
  private final ActionStore actions;
  private final Electorate electorate;
  private final VoteSeal seal;
  private final Clock clock;

  public ReviewActivitiesImpl(
      Jdbi jdbi, ActionStore actions, Electorate electorate, VoteSeal seal, Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.electorate = electorate;
    this.seal = seal;
    this.clock = clock;
  }

  @Override
  public Settled settle(SealedVote vote) {
    return jdbi.inTransaction(
        handle -> {
          ActionRow row =
              handle.attach(ActionDao.class).lock(vote.actionId().value()).orElseThrow();
          VoteReceipt receipt = settle(handle, row, vote);
          List<Ballot> counted = handle.attach(BallotDao.class).counted(row.id().value());
          return new Settled(receipt, Standings.votes(counted));
        });
  }

  private VoteReceipt settle(Handle handle, ActionRow row, SealedVote vote) {
    Optional<Ballot> stored = handle.attach(BallotDao.class).find(vote.voteId());
    if (stored.isEmpty() || !matches(vote, stored.get())) {
      // Came by another way than the api: no ballot, another content, or no seal of ours.
      record(handle, row, vote, EventType.VOTE_REFUSED, Code.FORBIDDEN, "not cast at any door");
      return new VoteReceipt(false, Code.FORBIDDEN, row.status());
    }
    Ballot ballot = stored.get();
    return switch (ballot.state()) {
      case COUNTED, REPLACED, WITHDRAWN -> new VoteReceipt(true, null, row.status());
      case REFUSED, LATE -> new VoteReceipt(false, codeOf(ballot), row.status());
      case RECEIVED -> decide(handle, row, vote, ballot);
    };
  }

  private VoteReceipt decide(Handle handle, ActionRow row, SealedVote vote, Ballot ballot) {
    BallotDao ballots = handle.attach(BallotDao.class);
    Electorate.Standing voter = electorate.standing(handle, row, ballot);
    Code refusal = voter.refusal();
    if (refusal != null) {
      boolean late = refusal == Code.NOT_PENDING;
      ballots.settle(vote.voteId(), late ? "late" : "refused", refusal.name(), List.of());
      record(handle, row, vote, late ? EventType.VOTE_LATE : EventType.VOTE_REFUSED, refusal, null);
      return new VoteReceipt(false, refusal, row.status());
    }
    boolean withdrawal = vote.decision() == Decision.WITHDRAW;
    ballots.retire(
        row.id().value(), vote.personId(), vote.voteId(), withdrawal ? "withdrawn" : "replaced");
    ballots.settle(
        vote.voteId(), withdrawal ? "withdrawn" : "counted", null, List.copyOf(voter.groups()));
    record(
        handle,
        row,
        vote,
        withdrawal ? EventType.VOTE_WITHDRAWN : EventType.VOTE_COUNTED,
        null,
        null);
    return new VoteReceipt(true, null, row.status());
  }

  private boolean matches(SealedVote vote, Ballot ballot) {
    return seal.isGenuine(vote)
        && ballot.actionId().equals(vote.actionId())
        && ballot.personId().equals(vote.personId())
        && ballot.digest().equals(vote.digest())
        && ballot.decision() == vote.decision()
        && ballot.channel().equals(vote.channel());
  }

  @Override
  public ActionStatus end(ActionId id, ActionStatus ending) {
    ActionRow row = actions.find(id).orElseThrow();
    boolean denied = ending == ActionStatus.DENIED;
    ActionError error =
        denied
            ? new ActionError(Code.DENIED_BY_REVIEWER, denialNote(id), ActionError.Retry.NEVER)
            : new ActionError(
                Code.EXPIRED,
                "nobody decided in time, so it counts as not approved",
                ActionError.Retry.RESUBMIT);
    actions.transition(
        id,
        Set.of(ActionStatus.PENDING_REVIEW),
        ending,
        Change.NONE.withError(error),
        event(
            row,
            denied ? EventType.ACTION_DENIED : EventType.ACTION_EXPIRED,
            Event.Actor.SYSTEM,
            Event.Effect.CHANGED,
            error.code(),
            null,
            closing(row)));
    return actions.find(id).orElseThrow().status();
  }

  /** The reviewer's words are for the agent to read. */
  private String denialNote(ActionId id) {
    return jdbi.withExtension(BallotDao.class, ballots -> ballots.counted(id.value())).stream()
        .filter(ballot -> ballot.decision() == Decision.DENY && !ballot.reason().isBlank())
        .map(Ballot::reason)
        .reduce((first, last) -> last)
        .orElse("a reviewer denied it");
  }

  @Override
  public void remind(ActionId id, int number) {
    ActionRow row = actions.find(id).orElseThrow();
    actions.note(
        id,
        event(
            row,
            EventType.ACTION_REMINDED,
            Event.Actor.SYSTEM,
            Event.Effect.NONE,
            null,
            null,
            Map.of("number", number)));
  }

  @Override
  public Standing escalate(ActionId id, int step) {
    return jdbi.inTransaction(
        handle -> {
          ActionDao table = handle.attach(ActionDao.class);
          ActionRow row = table.lock(id.value()).orElseThrow();
          Verdict verdict = row.verdict();
          if (verdict != null && step <= verdict.escalations().size()) {
            widen(handle, row, verdict.escalations().get(step - 1), step);
          }
          ActionRow now = table.find(id).orElseThrow();
          return Standings.of(now, handle.attach(BallotDao.class).counted(id.value()));
        });
  }

  private void widen(Handle handle, ActionRow row, Verdict.Escalation escalation, int step) {
    Electorate.Wider wider = electorate.widened(row, escalation);
    int changed =
        handle
            .attach(ActionDao.class)
            .escalate(
                row.id().value(),
                step,
                Json.write(wider.requirement()),
                wider.groups(),
                wider.idpGroups());
    if (changed == 1) {
      actions.record(
          handle,
          row.id(),
          event(
              row,
              EventType.ACTION_ESCALATED,
              Event.Actor.SYSTEM,
              Event.Effect.CHANGED,
              null,
              null,
              Map.of("step", step, "told", escalation.tell())));
    }
  }

  private Map<String, Object> closing(ActionRow row) {
    return jdbi.withHandle(handle -> Closing.details(handle, row));
  }

  private void record(
      Handle handle,
      ActionRow row,
      SealedVote vote,
      EventType type,
      @Nullable Code code,
      @Nullable String note) {
    Map<String, Object> details = new HashMap<>();
    details.put("vote", vote.voteId());
    details.put("decision", vote.decision().name().toLowerCase(Locale.ROOT));
    details.put("voted_digest", vote.digest().value());
    boolean changed = type == EventType.VOTE_COUNTED || type == EventType.VOTE_WITHDRAWN;
    Event.Effect effect = changed ? Event.Effect.CHANGED : Event.Effect.NONE;
    Event.Actor actor = new Event.Actor("person", vote.personId(), vote.channel());
    actions.record(handle, row.id(), event(row, type, actor, effect, code, note, details));
  }

  private Event event(
      ActionRow row,
      EventType type,
      Event.Actor actor,
      Event.Effect effect,
      @Nullable Code code,
      @Nullable String note,
      Map<String, Object> details) {
    return new Event(
        clock.instant(),
        type,
        row.id(),
        row.revision(),
        row.digest(),
        row.verdict() == null ? null : row.verdict().policyVersion(),
        actor,
        row.requester().onBehalfOf(),
        effect,
        code == null ? null : code.name(),
        note,
        details);
  }

  private static @Nullable Code codeOf(Ballot ballot) {
    String code = ballot.code();
    return code == null ? null : Code.valueOf(code);
  }
}
