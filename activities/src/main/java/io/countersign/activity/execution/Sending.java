package io.countersign.activity.execution;

import io.countersign.action.ActionStatus;
import io.countersign.action.ChangeInfrastructure;
import io.countersign.activity.execution.ExecutionProbe.Step;
import io.countersign.activity.infrastructure.HttpSender.Sent;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.infrastructure.OutgoingRequest;
import io.countersign.activity.targets.Differences;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.activity.targets.Identity;
import io.countersign.activity.targets.Proof;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ExecutionDao.Attempt;
import io.countersign.store.action.Outcome;
import io.countersign.store.action.Outcome.Operated;
import io.countersign.workflow.ExecutionActivities.Executed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Sends the request of an operation. Its intent is recorded first; what may be done when no answer
 * was seen depends on the receiver: one that is declared idempotent is asked again with the same
 * key, of any other people must find out.
 */
final class Sending {
  /** Of requests that may have gone out, before people are asked. */
  private static final int MOST_REPEATS = 20;

  /** The receiver is no backend of ours. */
  private static final Identity NO_BACKEND = new Identity(0, "", null, null);

  private final ActionRow row;
  private final ChangeInfrastructure change;
  private final boolean permitted;
  private final long fence;
  private final List<Attempt> earlier;
  private final Operations operations;
  private final ExecutionRecorder recorder;

  /**
   * @param permitted false where what is stored is not what was approved
   * @param earlier attempts whose request may have gone out
   */
  Sending(
      ActionRow row,
      ChangeInfrastructure change,
      boolean permitted,
      long fence,
      List<Attempt> earlier,
      Operations operations,
      ExecutionRecorder recorder) {
    this.row = row;
    this.change = change;
    this.permitted = permitted;
    this.fence = fence;
    this.earlier = List.copyOf(earlier);
    this.operations = operations;
    this.recorder = recorder;
  }

  Executed run(ExecutionProbe probe) throws ExecutionFault {
    try {
      OutgoingRequest request = request();
      if (!earlier.isEmpty()) {
        requireRepeatable(request);
      }
      return send(request, probe);
    } catch (ExecutionFault fault) {
      // What an earlier request did is not undone by anything that happened since.
      throw earlier.isEmpty() || !endsIt(fault.kind())
          ? fault
          : ExecutionFault.unknown(
              "an earlier request was not answered, and now " + fault.words(), Probe.RECEIVER);
    }
  }

  private static boolean endsIt(Kind kind) {
    return kind != Kind.UNREACHABLE && kind != Kind.SUPERSEDED && kind != Kind.UNKNOWN_OUTCOME;
  }

  /** The approved one, if it is declared now as it was then. */
  private OutgoingRequest request() throws ExecutionFault {
    if (!permitted) {
      throw ExecutionFault.of(Kind.NOT_PERMITTED, "what is stored is not what was approved");
    }
    Differences.refuseAny(operations.read(change, row.target()).resolution(), row.resolution());
    return operations
        .request(change)
        .orElseThrow(
            () -> ExecutionFault.of(Kind.CATALOGUE_CHANGED, "its operation sends no request"));
  }

  private void requireRepeatable(OutgoingRequest request) throws ExecutionFault {
    if (request.isIdempotent()) {
      if (earlier.size() < MOST_REPEATS) {
        return;
      }
      throw ExecutionFault.unknown("it was sent many times and never done", Probe.RECEIVER);
    }
    // Its worker may be alive: it waits that long for its answer, and starts nothing later.
    Instant settled = earlier.getLast().startedAt().plus(request.timeout().multipliedBy(2));
    if (recorder.now().isBefore(settled)) {
      throw ExecutionFault.of(Kind.UNREACHABLE, "an earlier request may still be answered");
    }
    throw ExecutionFault.unknown(
        "its request may have gone out, and an answer was not seen", Probe.RECEIVER);
  }

  private Executed send(OutgoingRequest request, ExecutionProbe probe) throws ExecutionFault {
    Attempt attempt =
        recorder
            .open(row.id(), fence, 1, Proof.NONE, NO_BACKEND)
            .orElseThrow(() -> Execution.refusal(row.id(), recorder));
    long recorded = System.nanoTime();
    probe.reached(Step.RECORDED, row.id());
    if (Duration.ofNanos(System.nanoTime() - recorded).compareTo(request.timeout()) > 0) {
      throw notSent(attempt, Kind.UNREACHABLE, "its worker was paused before it was sent");
    }
    Sent sent = operations.send(request, row.id().value());
    probe.reached(Step.RAN, row.id());
    int status =
        switch (sent) {
          case Sent.Answered answered -> answered.status();
          case Sent.NotSent not ->
              throw notSent(attempt, not.isForNow() ? Kind.UNREACHABLE : Kind.DECLINED, not.why());
          case Sent.Unanswered unanswered -> throw unclear(request, unanswered.why());
        };
    requireDone(request, status);
    Outcome outcome =
        new Outcome(
            0,
            attempt.guarantee(),
            attempt.startedAt(),
            null,
            null,
            new Operated(status, null, null, null));
    boolean closed = recorder.succeed(row, fence, outcome, null);
    probe.reached(Step.CLOSED, row.id());
    return new Executed(ActionStatus.SUCCEEDED, !closed);
  }

  private ExecutionFault notSent(Attempt attempt, Kind kind, String why) {
    if (earlier.isEmpty()) {
      recorder.aborted(attempt);
    }
    return ExecutionFault.of(kind, why);
  }

  private void requireDone(OutgoingRequest request, int status) throws ExecutionFault {
    boolean isFirstOfItsKey = status == 409 && !earlier.isEmpty() && request.isIdempotent();
    if (status < 300) {
      return;
    }
    if (status >= 400 && status < 500 && status != 408 && !isFirstOfItsKey) {
      throw ExecutionFault.of(Kind.DECLINED, "the receiver declined it with status " + status);
    }
    String why = "the receiver answered with status %d".formatted(status);
    throw status < 400
        ? ExecutionFault.unknown(why + ", and redirects are not followed", Probe.RECEIVER)
        : unclear(request, why);
  }

  private static ExecutionFault unclear(OutgoingRequest request, String why) {
    return request.isIdempotent()
        ? ExecutionFault.of(Kind.UNREACHABLE, why)
        : ExecutionFault.unknown(why, Probe.RECEIVER);
  }
}
