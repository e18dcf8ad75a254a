package io.countersign.activity;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Digest;
import io.countersign.action.Json;
import io.countersign.action.Packet;
import io.countersign.audit.EventType;
import io.countersign.policy.PolicyFile;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.sql.Analysis;
import io.countersign.sql.StatementAnalyser;
import io.countersign.sql.TagMatch;
import io.countersign.store.ActionDao;
import io.countersign.store.ActionError;
import io.countersign.store.ActionRow;
import io.countersign.store.ActionStore;
import io.countersign.store.BallotDao;
import io.countersign.store.Change;
import io.countersign.workflow.PolicyActivities;
import io.countersign.workflow.Standing;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final PolicyFile policy;
  private final StatementAnalyser analyser;
  private final Map<String, TargetCatalogue> targets;
  private final Electorate electorate;
  private final Recheck recheck;
  private final Clock clock;

  public PolicyActivitiesImpl(
      Jdbi jdbi,
      ActionStore actions,
      PolicyFile policy,
      StatementAnalyser analyser,
      Map<String, TargetCatalogue> targets,
      Electorate electorate,
      Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.policy = policy;
    this.analyser = analyser;
    this.targets = Map.copyOf(targets);
    this.electorate = electorate;
    this.recheck = new Recheck(actions, policy, electorate, clock);
    this.clock = clock;
  }

  /** What was found out about a statement, and what the policy says to it. */
  private record Judgement(
      Analysis analysis, List<String> tags, @Nullable Long estimatedRows, Verdict verdict) {}

  @Override
  public Standing judge(ActionId id) {
    ActionRow row = actions.find(id).orElseThrow();
    if (row.status() == ActionStatus.EVALUATING) {
      Judgement judgement = judgement(row);
      record(row, judgement);
    }
    return standing(id);
  }

  private Judgement judgement(ActionRow row) {
    TargetCatalogue target = target(row);
    Analysis analysis = looked(analyser.analyse(row.statement().sql()), target);
    List<String> tags = TagMatch.tagsTouched(analysis, target.target());
    Long estimate = target.estimate(row.statement(), analysis);
    Verdict verdict =
        policy.current().judge(JudgedFacts.of(row, target.target(), analysis, tags, estimate));
    return new Judgement(analysis, tags, estimate, verdict);
  }

  /** The analysis with what the target's catalogue objects to. */
  private static Analysis looked(Analysis analysis, TargetCatalogue target) {
    List<String> objections = target.objections(analysis);
    return objections.isEmpty() ? analysis : analysis.withObjections(objections);
  }

  private void record(ActionRow row, Judgement judgement) {
    Verdict verdict = judgement.verdict();
    Change change = judged(row, judgement);
    switch (verdict.outcome()) {
      case REFUSE -> refuse(row, change, refusal(judgement), verdict);
      case ALLOW, REVIEW -> {
        if (row.reason().strip().length() < verdict.minReasonLength()) {
          refuse(row, change, reasonTooShort(verdict), verdict);
        } else if (verdict.outcome() == Outcome.ALLOW) {
          allow(row, change, verdict);
        } else {
          ask(row, change, judgement);
        }
      }
    }
  }

  private Change judged(ActionRow row, Judgement judgement) {
    Set<String> groups = judgement.verdict().requirement().groups();
    return Change.NONE.withJudgement(
        judgement.analysis(),
        judgement.tags(),
        judgement.verdict(),
        List.copyOf(groups),
        electorate.idpGroups(policy.current(), groups, row.target()));
  }

  private void refuse(ActionRow row, Change change, ActionError error, Verdict verdict) {
    move(
        row,
        ActionStatus.EVALUATING,
        ActionStatus.REFUSED,
        change.withError(error),
        EventType.ACTION_REFUSED,
        error.code(),
        verdict);
  }

  private void allow(ActionRow row, Change change, Verdict verdict) {
    Instant now = clock.instant();
    move(
        row,
        ActionStatus.EVALUATING,
        ActionStatus.APPROVED,
        change.withApproval(now, now.plus(verdict.approvedFor())),
        EventType.ACTION_APPROVED,
        null,
        verdict);
  }

  private void ask(ActionRow row, Change change, Judgement judgement) {
    Verdict verdict = judgement.verdict();
    Instant expiresAt = clock.instant().plus(verdict.pendingFor());
    Packet packet =
        PacketWriter.write(
            row,
            target(row).target(),
            judgement.analysis(),
            judgement.tags(),
            verdict,
            judgement.estimatedRows(),
            expiresAt);
    move(
        row,
        ActionStatus.EVALUATING,
        ActionStatus.PENDING_REVIEW,
        change.withPacket(packet, Digest.sha256(Json.write(packet)).value()).withExpiry(expiresAt),
        EventType.ACTION_PENDING,
        null,
        verdict);
  }

  @Override
  public Standing approve(ActionId id) {
    jdbi.useTransaction(
        handle -> {
          ActionRow row = handle.attach(ActionDao.class).lock(id.value()).orElseThrow();
          if (row.status() == ActionStatus.PENDING_REVIEW
              || row.status() == ActionStatus.APPROVED) {
            recheck.run(handle, row);
          }
        });
    return standing(id);
  }

  private void move(
      ActionRow row,
      ActionStatus from,
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
        row.id(),
        Set.of(from),
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

  private TargetCatalogue target(ActionRow row) {
    TargetCatalogue target = targets.get(row.target());
    if (target == null) {
      throw ActivityFault.retry("TARGET_UNKNOWN", row.id());
    }
    return target;
  }

  private static ActionError refusal(Judgement judgement) {
    if (!judgement.analysis().isComplete()) {
      return new ActionError(
          Code.UNINSPECTABLE,
          UNINSPECTABLE + String.join("; ", judgement.analysis().uninspectable()),
          ActionError.Retry.RESUBMIT);
    }
    String because = judgement.verdict().because();
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
