package io.countersign.activity.judging;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Requirement;
import io.countersign.action.Tally;
import io.countersign.activity.judging.Judge.Established;
import io.countersign.activity.review.Electorate;
import io.countersign.activity.review.Standings;
import io.countersign.activity.targets.Differences;
import io.countersign.policy.Facts;
import io.countersign.policy.Tightened;
import io.countersign.policy.Verdict;
import io.countersign.policy.Verdict.Outcome;
import io.countersign.sql.Resolution;
import io.countersign.store.action.ActionDao;
import io.countersign.store.action.ActionError;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Ballot;
import io.countersign.store.action.RequesterSpending;
import io.countersign.workflow.ActivityFault;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The second look (R9), when the quorum is reached and just before an approved action starts: the
 * statement must still mean what was judged, what the policy says now applies where it is stricter,
 * and voters must still hold their seats.
 */
public final class Recheck {
  private final Jdbi jdbi;
  private final Judge judge;
  private final Electorate electorate;
  private final Rulings rulings;
  private final long resultBytes;
  private final Clock clock;

  /**
   * @param resultBytes that a result may have at most
   */
  public Recheck(
      Jdbi jdbi,
      ActionStore actions,
      Judge judge,
      Electorate electorate,
      long resultBytes,
      Clock clock) {
    this.jdbi = jdbi;
    this.judge = judge;
    this.electorate = electorate;
    this.rulings = new Rulings(actions, electorate, clock);
    this.resultBytes = resultBytes;
    this.clock = clock;
  }

  /**
   * Approves what the quorum wants, unless something is in the way. A target that does not answer
   * now is asked again before the start: a denial must not wait for it.
   */
  public void atQuorum(ActionId id) {
    look(id, false);
  }

  /** Afterwards the action is APPROVED only if it may run. Fails where the target cannot say. */
  public void beforeStart(ActionId id) {
    look(id, true);
  }

  private void look(ActionId id, boolean mustSee) {
    ActionRow seen = find(id);
    if (!isOpen(seen)) {
      return;
    }
    Optional<Established> anew = anew(seen, mustSee);
    jdbi.useTransaction(
        handle -> {
          ActionRow row = handle.attach(ActionDao.class).lock(id.value()).orElseThrow();
          if (!isOpen(row)) {
            return;
          }
          if (!Objects.equals(row.resolution(), seen.resolution())) {
            throw ActivityFault.retry(Code.UNAVAILABLE.name(), id);
          }
          decide(handle, row, anew);
        });
  }

  private ActionRow find(ActionId id) {
    return jdbi.withExtension(ActionDao.class, actions -> actions.find(id)).orElseThrow();
  }

  private static boolean isOpen(ActionRow row) {
    return row.verdict() != null
        && (row.status() == ActionStatus.PENDING_REVIEW || row.status() == ActionStatus.APPROVED);
  }

  /** What the statement is understood to be now, where that is not what was judged. */
  private Optional<Established> anew(ActionRow row, boolean mustSee) {
    Resolution before = row.resolution();
    Optional<Resolution> now = judge.resolve(row.proposal());
    if (now.isPresent() && now.get().isUnreadable()) {
      return unseen(row, mustSee);
    }
    if (row.facts() != null
        && before != null
        && now.map(resolution -> resolution.differencesFrom(before).isEmpty()).orElse(true)) {
      return Optional.empty();
    }
    Optional<Established> anew = judge.establish(row.proposal(), row.requesterGroups());
    return anew.isPresent() && anew.get().understanding().resolution().isUnreadable()
        ? unseen(row, mustSee)
        : anew;
  }

  private static Optional<Established> unseen(ActionRow row, boolean mustSee) {
    if (mustSee) {
      throw ActivityFault.retry(Code.UNAVAILABLE.name(), row.id());
    }
    return Optional.empty();
  }

  private void decide(Handle handle, ActionRow row, Optional<Established> anew) {
    Verdict before = Objects.requireNonNull(row.verdict());
    Verdict now = now(handle, row, anew.map(Established::facts).orElse(row.facts()), before);
    Verdict strict = Tightened.of(before, now, row.limits().maxRows(), resultBytes);
    ActionError impossible = anew.map(Established::impossible).orElse(null);
    if (strict.outcome() == Outcome.REFUSE) {
      rulings.end(handle, row, strict);
    } else if (impossible != null) {
      rulings.end(handle, row, strict, impossible, Code.CATALOGUE_CHANGED);
    } else if (anew.isPresent()) {
      meansAnother(handle, row, anew.get(), strict);
    } else if (row.expiresAt() == null) {
      wasAllowed(handle, row, before, strict);
    } else {
      wasReviewed(handle, row, before, now, strict);
    }
  }

  private Verdict now(Handle handle, ActionRow row, @Nullable Facts facts, Verdict before) {
    return facts == null
        ? before
        : judge.judge(facts, RequesterSpending.deciding(handle, row, clock.instant(), resultBytes));
  }

  private void meansAnother(Handle handle, ActionRow row, Established anew, Verdict strict) {
    List<String> subjects = Differences.of(anew.understanding().resolution(), row.resolution());
    if (strict.outcome() == Outcome.ALLOW) {
      rulings.allowAgain(handle, row, anew, strict, subjects);
    } else {
      rulings.askAnew(handle, row, anew, strict, Code.CATALOGUE_CHANGED, subjects);
    }
  }

  private void wasAllowed(Handle handle, ActionRow row, Verdict before, Verdict strict) {
    if (strict.outcome() == Outcome.REVIEW) {
      Established known = Established.of(row);
      rulings.askAnew(handle, row, known, strict, Code.POLICY_TIGHTENED, List.of());
    } else if (!strict.equals(before)) {
      rulings.tighten(handle, row, strict);
    }
  }

  private void wasReviewed(
      Handle handle, ActionRow row, Verdict before, Verdict now, Verdict strict) {
    List<Ballot> standing = rulings.dropLostSeats(handle, row, strict);
    boolean moreSeats =
        now.outcome() == Outcome.REVIEW && !before.requirement().implies(now.requirement());
    Requirement requirement =
        moreSeats ? row.requirement().and(now.requirement()) : row.requirement();
    Tally tally = Tally.of(requirement, strict.deny(), Standings.votes(standing));
    boolean tightened = !strict.equals(before);
    if (tally.outcome() != Tally.Outcome.APPROVED) {
      if (row.status() == ActionStatus.APPROVED || tightened) {
        rulings.askMore(handle, row, requirement, strict, tightened);
      }
    } else if (row.status() == ActionStatus.PENDING_REVIEW) {
      rulings.approve(handle, row, strict);
    } else if (tightened) {
      rulings.tighten(handle, row, strict);
    }
  }
}
