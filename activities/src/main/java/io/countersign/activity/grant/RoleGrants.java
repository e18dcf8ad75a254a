package io.countersign.activity.grant;

import io.countersign.action.ActionId;
import io.countersign.action.GrantRole;
import io.countersign.action.Json;
import io.countersign.audit.Event;
import io.countersign.audit.Event.Actor;
import io.countersign.audit.Event.Effect;
import io.countersign.audit.EventType;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.RoleGrant;
import io.countersign.store.action.RoleGrantDao;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What the control database learns of a role that was granted, each step with its evidence. */
public final class RoleGrants {
  private final Jdbi jdbi;
  private final ActionStore actions;
  private final Clock clock;

  public RoleGrants(Jdbi jdbi, ActionStore actions, Clock clock) {
    this.jdbi = jdbi;
    this.actions = actions;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  Optional<RoleGrant> find(ActionId id) {
    return jdbi.withExtension(RoleGrantDao.class, grants -> grants.find(id.value()));
  }

  /** Before the target's COMMIT: what must be taken back, should it succeed. */
  public void pending(ActionRow row, GrantRole grant, Membership given) {
    Instant now = now();
    jdbi.useExtension(
        RoleGrantDao.class,
        grants ->
            grants.pending(
                row.id().value(),
                given.grantor(),
                given.grantorOid(),
                given.roleOid(),
                given.granteeOid(),
                now,
                now.plus(grant.duration())));
  }

  /** The grant is in force from now on; nothing happens where that was known. */
  public void began(Handle handle, ActionRow row) {
    if (!(row.arguments() instanceof GrantRole grant)) {
      return;
    }
    RoleGrantDao grants = handle.attach(RoleGrantDao.class);
    if (grants.find(row.id().value()).isEmpty()) {
      // Nobody could keep what the target did: whatever we may have granted is taken back.
      Instant now = now();
      grants.pending(row.id().value(), "", 0, 0, 0, now, now.plus(grant.duration()));
    }
    if (grants.began(row.id().value()) == 1) {
      String until = grants.find(row.id().value()).orElseThrow().until().toString();
      actions.record(
          handle, row.id(), event(row, EventType.GRANT_GIVEN, null, Map.of("until", until)));
    }
  }

  /** Kept before the target's COMMIT, for whoever finds that it committed. */
  void found(ActionId id, Found found) {
    jdbi.useExtension(RoleGrantDao.class, grants -> grants.found(id.value(), Json.write(found)));
  }

  /** It is not in force any more. */
  void ended(ActionRow row, RoleGrant grant, Found found) {
    jdbi.useTransaction(
        handle -> {
          String why =
              found.alreadyGone()
                  ? "already_gone"
                  : grant.revokedAt() == null ? "expired" : "revoked";
          if (handle.attach(RoleGrantDao.class).ended(row.id().value(), now(), why) == 1) {
            Map<String, Object> details = new HashMap<>();
            details.put("why", why);
            details.put("failures", grant.failures());
            details.put("other_grantors", found.others());
            details.put("in_doubt", grant.isPending());
            actions.record(
                handle,
                row.id(),
                event(row, EventType.GRANT_TAKEN_BACK, sentence(grant, why, found), details));
          }
        });
  }

  /** Of a grant in doubt: the target has nothing of it now; said once. */
  void notFound(ActionRow row, RoleGrant grant, Found found, boolean isDecided) {
    jdbi.useTransaction(
        handle -> {
          RoleGrantDao dao = handle.attach(RoleGrantDao.class);
          int looked = dao.looked(row.id().value(), now());
          if (isDecided) {
            dao.found(row.id().value(), Json.write(found));
          }
          if (looked == 1 && grant.failedAt() == null) {
            String note =
                "at its end there was nothing to take back; it is looked for until"
                    + " an operator says what became of it";
            actions.record(handle, row.id(), event(row, EventType.GRANT_NOT_FOUND, note, Map.of()));
          }
        });
  }

  boolean isGivenAnew(RoleGrant grant) {
    return jdbi.withExtension(RoleGrantDao.class, dao -> dao.isGivenAnew(grant.actionId()));
  }

  private static String sentence(RoleGrant grant, String why, Found found) {
    if (grant.isPending()) {
      return "it was there, though nobody knew whether it had been given; taken back at its end";
    }
    String ending =
        switch (why) {
          case "already_gone" -> "somebody else had taken it back already";
          case "revoked" -> "taken back because somebody asked for it";
          default -> "taken back at its end";
        };
    return found.others() == 0
        ? ending
        : ending + "; the same membership, granted by somebody else meanwhile, stays";
  }

  /** It could not be taken back; people are told once, and the tries are counted. */
  void failed(ActionRow row, RoleGrant grant, String why) {
    jdbi.useTransaction(
        handle -> {
          int changed = handle.attach(RoleGrantDao.class).failed(row.id().value(), now(), why);
          if (changed == 1 && grant.failures() == 0) {
            String note = "could not be taken back: " + why;
            actions.record(handle, row.id(), event(row, EventType.GRANT_OVERDUE, note, Map.of()));
          }
        });
  }

  /** Those that should be gone by then, and that nobody tried to take back since. */
  List<ActionId> over(Instant before, Instant untried) {
    return jdbi.withExtension(RoleGrantDao.class, grants -> grants.over(before, 1_000)).stream()
        .filter(grant -> grant.failedAt() == null || grant.failedAt().isBefore(untried))
        .map(grant -> new ActionId(grant.actionId()))
        .toList();
  }

  /** A membership as the target's catalogue has it. */
  public record Membership(String grantor, long grantorOid, long roleOid, long granteeOid) {}

  /**
   * What taking back met.
   *
   * @param alreadyGone ours was not there any more
   * @param others how many other grantors had granted the same meanwhile
   */
  record Found(boolean alreadyGone, int others) {}

  private Event event(
      ActionRow row, EventType type, @Nullable String note, Map<String, Object> details) {
    return new Event(
        now(),
        type,
        row.id(),
        row.revision(),
        row.digest(),
        row.verdict() == null ? null : row.verdict().policyVersion(),
        Actor.SYSTEM,
        row.requester().onBehalfOf(),
        Effect.CHANGED,
        null,
        note,
        details);
  }
}
