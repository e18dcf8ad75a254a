package io.countersign.activity.targets;

import io.countersign.action.Digest;
import io.countersign.activity.targets.Fate.Probe;
import io.countersign.activity.targets.Identity.Incarnation;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.util.Objects;
import java.util.Optional;

/**
 * The transaction's own id, which the control database knows before anything runs, and whose WAL is
 * on disk by then: a target that crashes would issue the id again otherwise, and take another
 * transaction's commit for ours. It means nothing in another incarnation of the target.
 */
record XidProof() implements Proof {

  @Override
  public String guarantee() {
    return "xid";
  }

  @Override
  public Optional<Identity> identify(
      TargetSession session, String marker, long fence, Digest digest) throws ExecutionFault {
    return Optional.of(session.durableIdentity());
  }

  @Override
  public Fate fate(TargetLook look, Attempt attempt) throws ExecutionFault {
    String xid = Objects.requireNonNull(attempt.xid());
    Incarnation then =
        new Incarnation(
            Objects.requireNonNull(attempt.systemIdentifier()),
            Objects.requireNonNull(attempt.timeline()));
    if (!look.incarnation().equals(then)) {
      return unknown("the target is another server, or was restored or failed over, since then");
    }
    if (look.isPrepared(xid)) {
      return new Fate.Unknown(
          "its transaction was prepared for a two-phase commit", Probe.PREPARED_TRANSACTION);
    }
    return switch (look.status(xid)) {
      case IN_PROGRESS -> new Fate.Running();
      case COMMITTED -> new Fate.Committed(attempt.fence(), null);
      case ABORTED -> new Fate.Aborted();
      case FORGOTTEN -> unknown("the target has forgotten that transaction");
      case FUTURE -> unknown("the target has not reached that transaction, so it was set back");
    };
  }

  private static Fate unknown(String why) {
    return new Fate.Unknown(why, Probe.ROWS_OF_TRANSACTION);
  }
}
