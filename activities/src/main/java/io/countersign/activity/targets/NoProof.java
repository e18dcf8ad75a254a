package io.countersign.activity.targets;

import io.countersign.action.Digest;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.util.Optional;

/** Nothing but the recorded intent: such an attempt is made once and never again. */
record NoProof() implements Proof {

  @Override
  public String guarantee() {
    return "at_most_once";
  }

  @Override
  public Optional<Identity> identify(
      TargetSession session, String marker, long fence, Digest digest) throws ExecutionFault {
    return Optional.of(session.identity());
  }

  @Override
  public Fate fate(TargetLook look, Attempt attempt) throws ExecutionFault {
    if (look.isRunning(attempt)) {
      return new Fate.Running();
    }
    return attempt.xid() == null
        ? new Fate.Unknown(
            "it ran outside a transaction and its end was not seen; %d indexes are not valid now"
                .formatted(look.invalidIndexes()),
            Probe.INDEXES)
        : new Fate.Unknown(
            "its end was not seen, and the target keeps no proof of it", Probe.ROWS_OF_TRANSACTION);
  }
}
