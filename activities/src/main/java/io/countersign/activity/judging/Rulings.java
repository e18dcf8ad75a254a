package io.countersign.activity.judging;

import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Packet;
import io.countersign.action.Proposal;
import io.countersign.action.Requirement;
import io.countersign.activity.judging.Judge.Established;
import io.countersign.activity.review.Closing;
import io.countersign.activity.review.Electorate;
import io.countersign.activity.targets.Differences;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.Subject;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.ChannelRule;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.Change;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What a second look can come to; each a change of the action with its evidence. */
final class Rulings {
  private final ActionStore actions;
  private final Electorate electorate;
  private final Clock clock;

  Rulings(ActionStore actions, Electorate electorate, Clock clock) {
    this.actions = actions;
    this.electorate = electorate;
    this.clock = clock;
  }

  /** The quorum is there and nothing is in the way. */
  void approve(Handle handle, ActionRow row, Verdict strict) {
    Instant now = clock.instant();
    Change change =
        Change.NONE.withVerdict(strict).withApproval(now, now.plus(strict.approvedFor()));
    move(
        handle,
        row,
        ActionStatus.APPROVED,
        change,
        PolicyEvent.of(
            clock, row, EventType.ACTION_APPROVED, null, strict, Closing.details(handle, row)));
  }

  /** It stays approved, with tighter limits. */
  void tighten(Handle handle, ActionRow row, Verdict strict) {
    move(
        handle,
        row,
        row.status(),
        Change.NONE.withVerdict(strict),
        judged(row, Code.POLICY_TIGHTENED, strict, List.of()));
  }

  /** It means something else, which the policy allows too. */
  void allowAgain(
      Handle handle, ActionRow row, Established anew, Verdict strict, List<String> subjects) {
    move(
        handle,
        row,
        row.status(),
        judgement(row, anew, strict),
        judged(row, Code.CATALOGUE_CHANGED, strict, subjects));
  }

  /**
   * People look at another packet. Where some had voted already, it is another revision: neither
   * their votes count nor those that are still on their way.
   */
  void askAnew(
      Handle handle,
      ActionRow row,
      Established anew,
      Verdict strict,
      Code code,
      List<String> subjects) {
    boolean again = row.packet() != null;
    int revision = again ? row.revision() + 1 : row.revision();
    Digest digest = again ? revised(row.proposal(), revision).digest() : row.digest();
    dropAll(handle, row, code);
    Instant expiresAt = clock.instant().plus(strict.pendingFor());
    String news =
        code == Code.CATALOGUE_CHANGED
            ? Differences.sentence(subjects)
            : "the policy allowed it before and asks people now";
    Packet packet =
        PacketWriter.write(
            row,
            digest,
            electorate.target(row),
            anew.understanding(),
            anew.guarantee(),
            strict,
            expiresAt,
            List.of(news));
    move(
        handle,
        row,
        ActionStatus.PENDING_REVIEW,
        withPacket(judgement(row, anew, strict), packet)
            .withExpiry(expiresAt)
            .withRevision(revision, digest)
            .withoutEscalations(),
        pending(row, code, strict, subjects));
  }

  /** More seats are asked for, or some were lost; the votes of the others count on. */
  void askMore(
      Handle handle, ActionRow row, Requirement requirement, Verdict strict, boolean tightened) {
    // Who were done with it get their time anew.
    Instant expiresAt =
        row.status() == ActionStatus.APPROVED
            ? clock.instant().plus(strict.pendingFor())
            : row.expiresAt();
    Change change =
        Change.NONE
            .withVerdict(strict)
            .withRequirement(
                requirement, List.copyOf(requirement.groups()), seen(row, requirement));
    if (expiresAt != null) {
      change = change.withExpiry(expiresAt);
    }
    if (tightened && row.analysis() != null && row.resolution() != null) {
      Established known = Established.of(row);
      Packet packet =
          PacketWriter.write(
              row,
              row.digest(),
              electorate.target(row),
              known.understanding(),
              known.guarantee(),
              strict,
              expiresAt,
              List.of("the policy became stricter while this waited"));
      change = withPacket(change, packet);
    }
    Code code = tightened ? Code.POLICY_TIGHTENED : Code.NOT_A_REVIEWER;
    move(handle, row, ActionStatus.PENDING_REVIEW, change, pending(row, code, strict, List.of()));
  }

  /** The policy refuses it now. */
  void end(Handle handle, ActionRow row, Verdict strict) {
    String because = strict.because() == null ? "" : ": " + strict.because();
    ActionError error =
        new ActionError(
            Code.POLICY_REFUSED,
            "the policy refuses it now, though it did not before" + because,
            ActionError.Retry.NEVER);
    end(handle, row, strict, error, Code.POLICY_TIGHTENED);
  }

  /** It cannot be done any more. */
  void end(Handle handle, ActionRow row, Verdict strict, ActionError error, Code why) {
    boolean approved = row.status() == ActionStatus.APPROVED;
    move(
        handle,
        row,
        approved ? ActionStatus.REVOKED : ActionStatus.DENIED,
        Change.NONE.withError(error),
        PolicyEvent.of(
            clock,
            row,
            approved ? EventType.ACTION_REVOKED : EventType.ACTION_DENIED,
            why,
            strict,
            Closing.details(handle, row)));
  }

  /** Takes out the votes whose voter lost the seat, or whose channel is too weak by now. */
  List<Ballot> dropLostSeats(Handle handle, ActionRow row, Verdict strict) {
    List<Ballot> kept = new ArrayList<>();
    for (Ballot ballot : handle.attach(BallotDao.class).counted(row.id().value())) {
      ChannelRule channel = strict.channels().get(ballot.channel());
      if (!electorate.stands(handle, row, ballot)) {
        drop(handle, row, ballot, Code.NOT_A_REVIEWER);
      } else if (ballot.decision() == Decision.APPROVE && channel != null && channel.denyOnly()) {
        drop(handle, row, ballot, Code.STEP_UP_REQUIRED);
      } else {
        kept.add(ballot);
      }
    }
    return kept;
  }

  private void dropAll(Handle handle, ActionRow row, Code code) {
    handle
        .attach(BallotDao.class)
        .counted(row.id().value())
        .forEach(ballot -> drop(handle, row, ballot, code));
  }

  private void drop(Handle handle, ActionRow row, Ballot ballot, Code code) {
    handle.attach(BallotDao.class).drop(ballot.voteId(), code.name());
    actions.record(
        handle,
        row.id(),
        PolicyEvent.of(
            clock,
            row,
            EventType.VOTE_WITHDRAWN,
            code,
            row.verdict(),
            Map.of("vote", ballot.voteId(), "person", new Subject.Person(ballot.personId()))));
  }

  private Change judgement(ActionRow row, Established anew, Verdict strict) {
    return Change.NONE.withJudgement(
        anew.understanding(),
        anew.facts(),
        strict,
        List.copyOf(strict.requirement().groups()),
        seen(row, strict.requirement()));
  }

  private List<String> seen(ActionRow row, Requirement requirement) {
    return electorate.idpGroups(requirement.groups(), row.target());
  }

  private static Change withPacket(Change change, Packet packet) {
    return change.withPacket(packet, Digest.sha256(Json.write(packet)).value());
  }

  private static Proposal revised(Proposal was, int revision) {
    return new Proposal(was.target(), was.arguments(), was.requester(), revision, was.limits());
  }

  private Event judged(ActionRow row, Code code, Verdict strict, List<String> subjects) {
    return event(row, EventType.ACTION_JUDGED, code, strict, subjects);
  }

  private Event pending(ActionRow row, Code code, Verdict strict, List<String> subjects) {
    return event(row, EventType.ACTION_PENDING, code, strict, subjects);
  }

  private Event event(
      ActionRow row, EventType type, Code code, Verdict strict, List<String> subjects) {
    Map<String, Object> details = new HashMap<>();
    details.put("verdict", strict.outcome().wireName());
    details.put("rules", strict.rules());
    if (code == Code.CATALOGUE_CHANGED) {
      details.put("changed", subjects);
    }
    @Nullable String note = code == Code.CATALOGUE_CHANGED ? Differences.sentence(subjects) : null;
    return PolicyEvent.of(clock, row, type, code, strict, note, details);
  }

  private void move(Handle handle, ActionRow row, ActionStatus to, Change change, Event event) {
    actions.transition(handle, row.id(), Set.of(row.status()), to, change, event);
  }
}
