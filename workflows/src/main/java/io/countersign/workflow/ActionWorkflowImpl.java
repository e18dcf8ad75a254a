package io.countersign.workflow;

import io.countersign.action.ActionKind;
import io.countersign.action.ActionStatus;
import io.countersign.action.Tally;
import io.countersign.workflow.ExecutionActivities.Executed;
import io.countersign.workflow.GrantActivities.Grant;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import io.temporal.workflow.WorkflowLock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The story of an action: judge, ask, wait, check again, execute; and ask again where the last look
 * before the start finds that it is not what was approved; wait for an operator where nobody knows
 * whether it took effect; stay with a granted role until it is taken back. Read {@link #run} from
 * top to bottom. Everything it decides on comes from activities; everything it changes is recorded
 * in our own tables before it takes effect.
 */
public final class ActionWorkflowImpl implements ActionWorkflow {
  /** How long a signal that got lost may delay the end. */
  private static final Duration OPERATOR_PERIOD = Duration.ofHours(1);

  private final PolicyActivities policy =
      Workflow.newLocalActivityStub(PolicyActivities.class, ActivityTerms.OWN_TABLES);
  private final ReviewActivities review =
      Workflow.newLocalActivityStub(ReviewActivities.class, ActivityTerms.OWN_TABLES);
  private final ExecutionActivities execution =
      Workflow.newActivityStub(ExecutionActivities.class, ActivityTerms.TARGET);
  private final ChannelActivities channels =
      Workflow.newActivityStub(ChannelActivities.class, ActivityTerms.CHAT);
  private final GrantActivities grants =
      Workflow.newLocalActivityStub(GrantActivities.class, ActivityTerms.OWN_TABLES);
  private final GrantActivities takingBack =
      Workflow.newActivityStub(GrantActivities.class, ActivityTerms.TAKING_BACK);
  private final GrantActivities takingBackAtLast =
      Workflow.newActivityStub(GrantActivities.class, ActivityTerms.TAKING_BACK_AT_LAST);
  private final ChannelActivities dialogs =
      Workflow.newActivityStub(ChannelActivities.class, ActivityTerms.DIALOG);

  private final ActionRef action;
  private final WorkflowLock ballotBox = Workflow.newWorkflowLock();
  private final OperatorView operators = new OperatorView();

  private @Nullable Standing current;
  private boolean lookAgain;
  private boolean cardsStale;
  private boolean ended;
  private int reminders;
  private int escalations;

  @WorkflowInit
  public ActionWorkflowImpl(ActionRef action) {
    this.action = action;
  }

  @Override
  public Executed run(ActionRef ref) {
    stand(policy.judge(action.id()));
    skipMissed();
    Promise<Void> cards = Async.procedure(this::keepCardsFresh);
    boolean resumed = standing().status() == ActionStatus.APPROVED && standing().wasReviewed();
    if (resumed) {
      stand(policy.approve(action.id()));
    }
    review();
    Executed end = execute();
    while (end.status() == ActionStatus.PENDING_REVIEW || awaitsOperator(end)) {
      if (end.status() == ActionStatus.PENDING_REVIEW) {
        withBallotBox(() -> stand(policy.judge(action.id())));
        review();
        end = execute();
      } else {
        end = decided();
      }
    }
    boolean isGrant = action.kind().equals(ActionKind.GRANT_ROLE.wireName());
    if (isGrant && end.status() == ActionStatus.SUCCEEDED) {
      keepGrant();
    }
    ended = true;
    cards.get();
    Workflow.await(Workflow::isEveryHandlerFinished);
    return end;
  }

  /** Waits for people: votes, reminders, escalation, expiry; ends when the review is over. */
  private void review() {
    while (standing().status() == ActionStatus.PENDING_REVIEW) {
      cardsStale = true;
      boolean woken = Workflow.await(untilNextDeadline(), () -> lookAgain || isDecided());
      if (lookAgain) {
        lookAgain = false;
        withBallotBox(() -> stand(policy.judge(action.id())));
      } else if (woken) {
        decide();
      } else {
        meetDeadlines(now());
      }
    }
  }

  /** The quorum or a denial is there: check everything once more and record it. */
  private void decide() {
    withBallotBox(
        () -> {
          switch (tally().outcome()) {
            case APPROVED -> stand(policy.approve(action.id()));
            case DENIED -> stand(standing().as(end(ActionStatus.DENIED)));
            case OPEN -> {}
          }
        });
  }

  /** Runs the approved bytes; for an action that ended otherwise there is nothing to run. */
  private Executed execute() {
    cardsStale = standing().wasReviewed();
    // A succeeded action goes there too: a duplicate run must find that it is done already.
    if (!standing().status().isApproved()) {
      return new Executed(standing().status(), false);
    }
    Executed executed = execution.execute(action.id(), standing().digest());
    stand(standing().as(executed.status()));
    cardsStale = standing().wasReviewed();
    return executed;
  }

  private static boolean awaitsOperator(Executed end) {
    return end.status() == ActionStatus.NEEDS_RECONCILIATION
        && Workflow.getVersion("wait-for-operator", Workflow.DEFAULT_VERSION, 1) == 1;
  }

  /** Nobody knows whether it took effect, until an operator finds out; the row tells. */
  private Executed decided() {
    Workflow.await(OPERATOR_PERIOD, () -> lookAgain);
    lookAgain = false;
    withBallotBox(() -> stand(policy.judge(action.id())));
    cardsStale = standing().wasReviewed();
    return new Executed(standing().status(), false);
  }

  /** A granted role is taken back at its end, or as soon as somebody asks for it. */
  private void keepGrant() {
    Grant grant = grants.standing(action.id());
    while (grant.inForce()) {
      Duration wait = Duration.between(now(), grant.until());
      if (wait.isPositive()) {
        Workflow.await(wait, () -> lookAgain);
        lookAgain = false;
        grant = grants.standing(action.id());
      } else {
        grant = takeBack();
      }
    }
    cardsStale = standing().wasReviewed();
  }

  private Grant takeBack() {
    try {
      return takingBack.takeBack(action.id());
    } catch (ActivityFailure itStays) {
      cardsStale = standing().wasReviewed();
      return takingBackAtLast.takeBack(action.id());
    }
  }

  @Override
  public VoteReceipt vote(SealedVote vote) {
    // A vote that comes before the action was judged waits for it.
    Workflow.await(() -> current != null);
    ballotBox.lock();
    try {
      ReviewActivities.Settled settled = review.settle(vote);
      stand(standing().with(settled.votes()));
      cardsStale = standing().wasReviewed();
      return settled.receipt();
    } finally {
      ballotBox.unlock();
    }
  }

  @Override
  public void validateVote(SealedVote vote) {
    if (!vote.actionId().equals(action.id())) {
      throw new IllegalArgumentException("this vote is for another action");
    }
  }

  @Override
  public void look() {
    lookAgain = true;
  }

  @Override
  public void askReason(String triggerId) {
    try {
      dialogs.askReason(action.id(), triggerId);
    } catch (ActivityFailure tooLate) {
      Workflow.getLogger(ActionWorkflowImpl.class).info("a denial dialog could not be opened");
    }
  }

  private Duration untilNextDeadline() {
    Instant next = deadline();
    if (reminders < standing().remindAt().size()) {
      next = earlier(next, standing().remindAt().get(reminders));
    }
    if (escalations < standing().escalations().size()) {
      next = earlier(next, standing().escalations().get(escalations).at());
    }
    Duration wait = Duration.between(now(), next);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  private void meetDeadlines(Instant now) {
    if (!now.isBefore(deadline())) {
      withBallotBox(() -> stand(standing().as(end(ActionStatus.EXPIRED))));
      return;
    }
    while (reminders < standing().remindAt().size()
        && !now.isBefore(standing().remindAt().get(reminders))) {
      int number = ++reminders;
      review.remind(action.id(), number);
      Async.procedure(channels::remind, action.id(), number);
    }
    while (escalations < standing().escalations().size()
        && !now.isBefore(standing().escalations().get(escalations).at())) {
      int step = ++escalations;
      stand(review.escalate(action.id(), step));
      Async.procedure(channels::escalate, action.id(), step);
    }
  }

  /** Reminders and escalations of the past are not sent again. */
  private void skipMissed() {
    Instant now = now();
    reminders = 0;
    while (reminders < standing().remindAt().size()
        && standing().remindAt().get(reminders).isBefore(now)) {
      reminders++;
    }
    escalations = standing().escalationsDone();
  }

  private ActionStatus end(ActionStatus ending) {
    return review.end(action.id(), ending);
  }

  /** Cards follow the action at their own pace; nothing waits for them but the workflow's end. */
  private void keepCardsFresh() {
    while (true) {
      Workflow.await(() -> cardsStale || ended);
      if (!cardsStale) {
        return;
      }
      cardsStale = false;
      try {
        channels.refresh(action.id());
      } catch (ActivityFailure givenUp) {
        Workflow.getLogger(ActionWorkflowImpl.class).warn("a card could not be updated");
      }
    }
  }

  private void withBallotBox(Runnable change) {
    ballotBox.lock();
    try {
      change.run();
    } finally {
      ballotBox.unlock();
    }
  }

  private boolean isDecided() {
    return tally().outcome() != Tally.Outcome.OPEN;
  }

  private Tally tally() {
    return Tally.of(standing().requirement(), standing().denialsNeeded(), standing().votes());
  }

  private void stand(Standing standing) {
    Standing before = current;
    current = standing;
    operators.show(action, standing);
    if (before != null && !Objects.equals(before.deadline(), standing.deadline())) {
      // Asked anew, with a new deadline: everything that follows from it begins anew.
      skipMissed();
    }
  }

  private Standing standing() {
    Standing standing = current;
    if (standing == null) {
      throw new IllegalStateException("not judged yet");
    }
    return standing;
  }

  private Instant deadline() {
    Instant deadline = standing().deadline();
    return deadline == null ? now() : deadline;
  }

  private static Instant now() {
    return Instant.ofEpochMilli(Workflow.currentTimeMillis());
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
