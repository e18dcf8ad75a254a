package io.countersign.activity.execution;

import io.countersign.action.ActionKind;
import io.countersign.activity.targets.ExecutionFault;
import io.countersign.activity.targets.ExecutionFault.Kind;
import io.countersign.activity.targets.Fate;
import io.countersign.activity.targets.Proof;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.activity.targets.TargetLook;
import io.countersign.sql.StatementClass;
import io.countersign.store.action.ActionRow;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What attempts before this one came to, where the control database could not be told. */
final class EarlierAttempts {
  private static final String WAITED_FOR_STANDBY = "SyncRep";
  private static final String SETTING_UNSEEN =
      "the end of changing the setting was not seen, and somebody else may have changed it since";
  private static final Duration STEP = Duration.ofMillis(50);

  private EarlierAttempts() {}

  /**
   * One that took effect.
   *
   * @param inDoubtOfStandby true if it had not been confirmed by a synchronous standby
   */
  record Committed(Fate.Committed fate, boolean inDoubtOfStandby) {}

  /**
   * Resolves every attempt that is not proven to have ended, each by the proof that it left. Empty
   * where none took effect and none can any more; throws {@code UNKNOWN_OUTCOME} where nobody can
   * know.
   */
  static Optional<Committed> resolve(
      ActionRow row, StatementClass type, TargetDatabase target, ExecutionRecorder recorder)
      throws ExecutionFault {
    List<Attempt> attempts = recorder.openAttempts(row.id());
    if (attempts.isEmpty()) {
      return Optional.empty();
    }
    try (TargetLook look = target.look(type)) {
      for (Attempt attempt : attempts) {
        // Its worker may be alive and about to finish.
        Duration patience = target.settings().lockTimeout();
        Fate fate =
            recorder.isStopAsked(row.id())
                ? fate(look, attempt)
                : patiently(look, attempt, patience);
        String waited = "";
        if (fate instanceof Fate.Running) {
          waited = look.end(attempt).orElse("");
          // Ending it is not aborting it: a commit that waits for a standby has happened.
          fate = fate(look, attempt);
        }
        switch (fate) {
          case Fate.Committed committed -> {
            return Optional.of(new Committed(committed, waited.equals(WAITED_FOR_STANDBY)));
          }
          case Fate.Aborted _ -> recorder.aborted(attempt);
          case Fate.Running _ ->
              throw ExecutionFault.of(Kind.UNREACHABLE, "an earlier attempt is still running");
          case Fate.Unknown unknown ->
              throw row.kind() == ActionKind.CHANGE_INFRASTRUCTURE
                  ? ExecutionFault.unknown(SETTING_UNSEEN, Fate.Probe.SETTING)
                  : ExecutionFault.unknown(unknown.why(), unknown.probe());
        }
      }
    }
    return Optional.empty();
  }

  private static Fate patiently(TargetLook look, Attempt attempt, Duration patience)
      throws ExecutionFault {
    long end = System.nanoTime() + patience.toNanos();
    Fate fate = fate(look, attempt);
    try {
      while (fate instanceof Fate.Running && System.nanoTime() < end) {
        Thread.sleep(STEP);
        fate = fate(look, attempt);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ExecutionFault.of(Kind.UNREACHABLE, "interrupted");
    }
    return fate;
  }

  private static Fate fate(TargetLook look, Attempt attempt) throws ExecutionFault {
    try {
      return Proof.of(attempt).fate(look, attempt);
    } catch (ExecutionFault fault) {
      if (fault.kind() == Kind.NO_PROOF) {
        return new Fate.Unknown(fault.words(), Fate.Probe.of(attempt));
      }
      throw fault;
    }
  }
}
