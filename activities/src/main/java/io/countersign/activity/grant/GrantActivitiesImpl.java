package io.countersign.activity.grant;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.activity.grant.RoleGrants.Found;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.RoleGrant;
import io.countersign.workflow.ActivityFault;
import io.countersign.workflow.GrantActivities;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches over roles that were granted for a while, and takes them back. */
public final class GrantActivitiesImpl implements GrantActivities {
  private static final Logger LOG = LoggerFactory.getLogger(GrantActivitiesImpl.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final Grant NONE = new Grant(false, Instant.EPOCH);

  private final Jdbi jdbi;
  private final ActionStore actions;
  private final Map<String, TargetDatabase> targets;
  private final RoleGrants grants;

  /**
   * @param targets by name
   */
  public GrantActivitiesImpl(
      Jdbi jdbi, ActionStore actions, Map<String, TargetDatabase> targets, Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.targets = Map.copyOf(targets);
    this.grants = new RoleGrants(jdbi, actions, clock);
  }

  @Override
  public Grant standing(ActionId id) {
    return begun(actions.find(id).orElseThrow()).map(GrantActivitiesImpl::standing).orElse(NONE);
  }

  @Override
  public Grant takeBack(ActionId id) {
    ActionRow row = actions.find(id).orElseThrow();
    Optional<RoleGrant> grant =
        begun(row)
            .filter(known -> known.isOver(grants.now()))
            .filter(known -> known.isInForce() || isDoubted(row));
    if (grant.isPresent()) {
      takeBack(row, grant.get());
    }
    return standing(id);
  }

  /**
   * Takes back what should be gone by then and is still there: the engine is late, or is not there
   * at all.
   */
  public void takeBackOverdue(Instant before) {
    for (ActionId id : grants.over(before, grants.now().minus(AGAIN))) {
      try {
        takeBack(id);
      } catch (RuntimeException e) {
        LOG.warn("the role of {} was not taken back: {}", id, e.getClass().getSimpleName());
      }
    }
  }

  private void takeBack(ActionRow row, RoleGrant grant) {
    try {
      TargetDatabase target = targets.get(row.target());
      if (target == null) {
        throw ExecutionFault.of(
            ExecutionFault.Kind.NO_CREDENTIAL, "the target is not configured any more");
      }
      Found found = new TakingBack(target, grants).takeBack(row, grant);
      RoleGrant now = grants.find(row.id()).orElse(grant);
      if (now.isPending() && found.alreadyGone()) {
        grants.notFound(row, now, found, isDecided(row));
      } else {
        grants.ended(row, now, found);
      }
    } catch (ExecutionFault fault) {
      LOG.warn("taking back the role of {} met {}", row.id(), fault.kind());
      grants.failed(row, grant, fault.words());
      throw ActivityFault.retry(Code.UNAVAILABLE.name(), row.id());
    }
  }

  /** Its execution ended in doubt, whatever an operator has found out since. */
  private static boolean isDoubted(ActionRow row) {
    return row.status() == ActionStatus.NEEDS_RECONCILIATION || isDecided(row);
  }

  /** An operator believes that it was never given. */
  private static boolean isDecided(ActionRow row) {
    return row.status() == ActionStatus.FAILED
        && row.error() != null
        && row.error().code() == Code.NOT_EXECUTED;
  }

  /** The grant; in force where the action says that it was given, whoever found that out. */
  private Optional<RoleGrant> begun(ActionRow row) {
    Optional<RoleGrant> grant = grants.find(row.id());
    boolean isNews =
        row.status() == ActionStatus.SUCCEEDED
            && grant.map(known -> known.state().equals("pending")).orElse(true);
    if (!isNews) {
      return grant;
    }
    jdbi.useTransaction(handle -> grants.began(handle, row));
    return grants.find(row.id());
  }

  private static Grant standing(RoleGrant grant) {
    Instant asked = grant.revokedAt();
    return new Grant(grant.isInForce(), asked == null ? grant.until() : Instant.EPOCH);
  }
}
