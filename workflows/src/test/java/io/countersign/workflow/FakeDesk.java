package io.countersign.workflow;

import io.countersign.action.ActionId;
import io.countersign.action.ActionStatus;
import io.countersign.action.Code;
import io.countersign.action.Decision;
import io.countersign.action.Digest;
import io.countersign.action.Requirement;
import io.countersign.action.Tally;
import io.countersign.action.Vote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** Stands in for our tables and the outside world: one action, its votes, and a log of calls. */
final class FakeDesk implements PolicyActivities, ReviewActivities, ExecutionActivities {
  static final Digest DIGEST = Digest.sha256("what will run");

  final List<String> log = new ArrayList<>();
  final Map<String, Vote> votes = new LinkedHashMap<>();
  final CountDownLatch storing = new CountDownLatch(1);
  ActionStatus status = ActionStatus.PENDING_REVIEW;
  boolean slowStore;
  boolean seatLost;
  boolean inDoubt;
  int sendBacks;
  Instant asked = Instant.EPOCH;
  long pendingSeconds = 3600;
  List<Long> remindSeconds = List.of();
  List<Long> escalateSeconds = List.of();
  int escalated;
  int executions;
  Map<String, Integer> seats = Map.of("dba", 2);

  @Override
  public synchronized Standing judge(ActionId id) {
    log.add("judge");
    return standing();
  }

  @Override
  public synchronized Standing approve(ActionId id) {
    log.add("approve");
    if (seatLost) {
      seatLost = false;
      votes.remove("bob");
    }
    if (status == ActionStatus.PENDING_REVIEW && isApproved()) {
      status = ActionStatus.APPROVED;
    }
    return standing();
  }

  @Override
  public Settled settle(SealedVote vote) {
    awaitStore();
    return record(vote);
  }

  private synchronized Settled record(SealedVote vote) {
    log.add("vote " + vote.personId() + " " + vote.decision());
    if (status != ActionStatus.PENDING_REVIEW) {
      return new Settled(new VoteReceipt(false, Code.NOT_PENDING, status), List.of());
    }
    if (vote.decision() == Decision.WITHDRAW) {
      votes.remove(vote.personId());
    } else {
      votes.put(
          vote.personId(),
          new Vote(vote.voteId(), vote.personId(), vote.decision(), Set.of("dba")));
    }
    return new Settled(new VoteReceipt(true, null, status), List.copyOf(votes.values()));
  }

  private void awaitStore() {
    try {
      if (slowStore) {
        storing.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized ActionStatus end(ActionId id, ActionStatus ending) {
    log.add("end " + ending);
    if (status == ActionStatus.PENDING_REVIEW) {
      status = ending;
    }
    return status;
  }

  @Override
  public synchronized void remind(ActionId id, int number) {
    log.add("remind " + number);
  }

  @Override
  public synchronized Standing escalate(ActionId id, int step) {
    log.add("escalate " + step);
    escalated = step;
    return standing();
  }

  @Override
  public synchronized Executed execute(ActionId id, Digest permitted) {
    log.add("execute");
    if (sendBacks > 0) {
      // Something is different: people look at it anew.
      sendBacks--;
      votes.clear();
      pendingSeconds += 3600;
      escalated = 0;
      status = ActionStatus.PENDING_REVIEW;
      return new Executed(status, false);
    }
    if (inDoubt) {
      status = ActionStatus.NEEDS_RECONCILIATION;
      return new Executed(status, false);
    }
    boolean done = status == ActionStatus.SUCCEEDED;
    if (!done) {
      executions++;
    }
    status = ActionStatus.SUCCEEDED;
    return new Executed(status, done);
  }

  /** The chat side of the desk. */
  final class Chat implements ChannelActivities {
    @Override
    public void refresh(ActionId id) {
      note("refresh");
    }

    @Override
    public void remind(ActionId id, int number) {
      note("tell remind " + number);
    }

    @Override
    public void escalate(ActionId id, int step) {
      note("tell escalate " + step);
    }

    @Override
    public void askReason(ActionId id, String triggerId) {
      note("askReason " + triggerId);
    }
  }

  private synchronized void note(String call) {
    log.add(call);
  }

  synchronized List<String> calls() {
    return List.copyOf(log);
  }

  synchronized void becomes(ActionStatus next) {
    status = next;
  }

  private boolean isApproved() {
    return Tally.of(requirement(), 1, votes.values()).outcome() == Tally.Outcome.APPROVED;
  }

  private Requirement requirement() {
    return new Requirement(List.of(new TreeMap<>(seats)));
  }

  private Standing standing() {
    return new Standing(
        status,
        DIGEST,
        "write",
        List.of("pci"),
        requirement(),
        1,
        List.copyOf(votes.values()),
        asked.plusSeconds(pendingSeconds),
        remindSeconds.stream().map(asked::plusSeconds).toList(),
        escalateSeconds.stream().map(at -> new Standing.Escalation(asked.plusSeconds(at))).toList(),
        escalated);
  }
}
