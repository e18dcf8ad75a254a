package io.countersign.activity.targets;

import io.countersign.action.Digest;
import io.countersign.store.action.ExecutionDao.Attempt;
import java.util.List;
import java.util.Optional;

/**
 * What proves later whether an attempt took effect; the guarantee of an execution is named after
 * it.
 */
public sealed interface Proof permits LedgerProof, XidProof, NoProof {
  Proof LEDGER = new LedgerProof();
  Proof XID = new XidProof();
  Proof NONE = new NoProof();

  /** Those for a statement in a transaction, best first. */
  List<Proof> BEST_FIRST = List.of(LEDGER, XID, NONE);

  /** The one that an attempt was recorded with. */
  static Proof of(Attempt attempt) {
    return BEST_FIRST.stream()
        .filter(proof -> proof.guarantee().equals(attempt.guarantee()))
        .findFirst()
        .orElseThrow();
  }

  /** The one of two guarantees that promises less. */
  static String weaker(String one, String other) {
    List<String> names = BEST_FIRST.stream().map(Proof::guarantee).toList();
    return names.indexOf(one) < names.indexOf(other) ? other : one;
  }

  /** The name in packet, outcome and receipt. */
  String guarantee();

  /**
   * Identifies the attempt in its open transaction, before anything else runs there. Empty where an
   * earlier attempt has committed; throws {@code NO_PROOF} where this target gives none.
   *
   * @param marker stands for the action, or its part, in the target's ledger
   */
  Optional<Identity> identify(TargetSession session, String marker, long fence, Digest digest)
      throws ExecutionFault;

  /** What became of an earlier attempt that left this proof. */
  Fate fate(TargetLook look, Attempt attempt) throws ExecutionFault;
}
