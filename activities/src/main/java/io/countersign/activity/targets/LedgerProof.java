package io.countersign.activity.targets;

import io.countersign.action.Digest;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.activity.targets.TargetLook.Status;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.util.Optional;

/**
 * A marker in the target's {@code countersign.execution} that commits together with the effect. It
 * survives whatever the target survives, and goes where its data go.
 */
record LedgerProof() implements Proof {

  @Override
  public String guarantee() {
    return "ledger";
  }

  @Override
  public Optional<Identity> identify(
      TargetSession session, String marker, long fence, Digest digest) throws ExecutionFault {
    return session.mark(marker, fence, digest);
  }

  @Override
  public Fate fate(TargetLook look, Attempt attempt) throws ExecutionFault {
    String xid = attempt.xid();
    if (xid != null && look.isPrepared(xid)) {
      return new Fate.Unknown(
          "its transaction was prepared for a two-phase commit", Probe.PREPARED_TRANSACTION);
    }
    if (xid != null && look.status(xid) == Status.IN_PROGRESS) {
      return new Fate.Running();
    }
    // Its transaction is over, so that the marker is there now or never.
    return look.marker(attempt.marker())
        .<Fate>map(marker -> new Fate.Committed(marker.fence(), marker.digest()))
        .orElseGet(Fate.Aborted::new);
  }
}
