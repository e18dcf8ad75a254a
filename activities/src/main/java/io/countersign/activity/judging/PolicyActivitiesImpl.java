package io.countersign.activity.judging;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Packet;
import io.countersign.activity.judging.Judge.Established;
import io.countersign.activity.judging.Judge.Judged;
import io.countersign.activity.review.Electorate;
import io.countersign.activity.review.Standings;
import io.countersign.audit.EventType;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.BallotDao;
import io.countersign.store.action.Change;
import io.countersign.store.action.RequesterSpending;
import io.countersign.workflow.ActivityFault;
import io.countersign.workflow.PolicyActivities;
import io.countersign.workflow.Standing;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Judges actions: analysis, tags, facts, policy, verdict; and once more before they are approved.
 */
public final class PolicyActivitiesImpl implements PolicyActivities {
  private static final String UNINSPECTABLE =
      "the statement is not understood well enough to be judged: ";

  private final Jdbi jdbi;
  private final ActionStore actions;
  private final Judge judge;
  private final Electorate electorate;
  private final Recheck recheck;
  private final long resultBytes;
  private final Clock clock;

  /**
   * @param resultBytes that a result may have at most
   */
  public PolicyActivitiesImpl(
      Jdbi jdbi,
      ActionStore actions,
      Judge judge,
      Electorate electorate,
      Recheck recheck,
      long resultBytes,
      Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.judge = judge;
    this.electorate = electorate;
    this.recheck = recheck;
    this.resultBytes = resultBytes;
    this.clock = clock;
  }

  @Override
  public Standing judge(ActionId id) {
    ActionRow row = actions.find(id).orElseThrow();
    if (row.status() == ActionStatus.EVALUATING) {
      Established known =
          judge
              .establish(row.proposal(), row.requesterGroups())
              .orElseThrow(() -> ActivityFault.retry("TARGET_UNKNOWN", row.id()));
      jdbi.useTransaction(handle -> decide(handle, row, known));
    }
    return standing(id);
  }

  /** Verdict and status in one transaction, so that no other sees the same budget unused. */
  private void decide(Handle handle, ActionRow row, Established known) {
    handle.attach(ActionDao.class).lock(row.id().value());
    Verdict verdict =
        judge.judge(
            known.facts(), RequesterSpending.deciding(handle, row, clock.instant(), resultBytes));
    Judged judged = new Judged(known.understanding(), known.facts(), verdict, known.guarantee());
    if (known.impossible() != null) {
      refuse(handle, row, judgement(row, judged), known.impossible(), verdict);
    } else {
      record(handle, row, judged);
    }
  }

  private void record(Handle handle, ActionRow row, Judged judged) {
    Verdict verdict = judged.verdict();
    Change change = judgement(row, judged);
    switch (verdict.outcome()) {
      case REFUSE -> refuse(handle, row, change, refusal(judged), verdict);
      case ALLOW, REVIEW -> {
        if (row.reason().strip().length() < verdict.minReasonLength()) {
          refuse(handle, row, change, reasonTooShort(verdict), verdict);
        } else if (verdict.outcome() == Outcome.ALLOW) {
          allow(handle, row, change, verdict);
        } else {
          ask(handle, row, change, judged);
        }
      }
    }
  }

  private Change judgement(ActionRow row, Judged judged) {
    Set<String> groups = judged.verdict().requirement().groups();
    return Change.NONE.withJudgement(
        judged.understanding(),
        judged.facts(),
        judged.verdict(),
        List.copyOf(groups),
        electorate.idpGroups(groups, row.target()));
  }

  private void refuse(
      Handle handle, ActionRow row, Change change, ActionError error, Verdict verdict) {
    move(
        handle,
        row,
        ActionStatus.REFUSED,
        change.withError(error),
        EventType.ACTION_REFUSED,
        error.code(),
        verdict);
  }

  private void allow(Handle handle, ActionRow row, Change change, Verdict verdict) {
    Instant now = clock.instant();
    move(
        handle,
        row,
        ActionStatus.APPROVED,
        change.withApproval(now, now.plus(verdict.approvedFor())),
        EventType.ACTION_APPROVED,
        null,
        verdict);
  }

  private void ask(Handle handle, ActionRow row, Change change, Judged judged) {
    Verdict verdict = judged.verdict();
    Instant expiresAt = clock.instant().plus(verdict.pendingFor());
    Packet packet =
        PacketWriter.write(
            row,
            electorate.target(row),
            judged.understanding(),
            judged.guarantee(),
            verdict,
            expiresAt);
    move(
        handle,
        row,
        ActionStatus.PENDING_REVIEW,
        change.withPacket(packet, Digest.sha256(Json.write(packet)).value()).withExpiry(expiresAt),
        EventType.ACTION_PENDING,
        null,
        verdict);
  }

  @Override
  public Standing approve(ActionId id) {
    recheck.atQuorum(id);
    return standing(id);
  }

  private void move(
      Handle handle,
      ActionRow row,
      ActionStatus to,
      Change change,
      EventType type,
      @Nullable Code code,
      Verdict verdict) {
    Map<String, Object> details = new HashMap<>();
    details.put("request", row.contentHash());
    details.put("verdict", verdict.outcome().wireName());
    details.put("rules", verdict.rules());
    actions.transition(
        handle,
        row.id(),
        Set.of(ActionStatus.EVALUATING),
        to,
        change,
        PolicyEvent.of(clock, row, type, code, verdict, details));
  }

  private Standing standing(ActionId id) {
    return jdbi.withHandle(
        handle ->
            Standings.of(
                handle.attach(ActionDao.class).find(id).orElseThrow(),
                handle.attach(BallotDao.class).counted(id.value())));
  }

  private static ActionError refusal(Judged judged) {
    if (!judged.understanding().analysis().isComplete()) {
      return new ActionError(
          Code.UNINSPECTABLE,
          UNINSPECTABLE + String.join("; ", judged.understanding().analysis().uninspectable()),
          ActionError.Retry.RESUBMIT);
    }
    String because = judged.verdict().because();
    return new ActionError(
        Code.POLICY_REFUSED,
        because == null ? "the policy refuses this" : because,
        ActionError.Retry.NEVER);
  }

  private static ActionError reasonTooShort(Verdict verdict) {
    String ask = verdict.ask() == null ? "" : "; " + verdict.ask();
    return new ActionError(
        Code.POLICY_REFUSED,
        "the reason needs at least %d characters%s".formatted(verdict.minReasonLength(), ask),
        ActionError.Retry.RESUBMIT);
  }
}
