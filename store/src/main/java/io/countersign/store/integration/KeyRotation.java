package io.countersign.store.integration;

import io.countersign.audit.Handover;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.audit.TrustedKey;
import io.countersign.audit.VerifierKey;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.DamagedLogException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jdbi.v3.core.Jdbi;

/** {@code countersign audit rotate}: the present key hands the log over to the next one. */
public final class KeyRotation {
  private static final int TRIES = 1_200;
  private static final Duration PAUSE = Duration.ofMillis(25);

  private final Jdbi jdbi;
  private final SigningKey present;
  private final KeyRing keys;
  private final Integrator integrator;

  public KeyRotation(Jdbi jdbi, SigningKey present, KeyRing keys, Anchors anchors, Clock clock) {
    this.jdbi = jdbi;
    this.present = present;
    this.keys = keys;
    this.integrator = new Integrator(jdbi, present, keys, anchors, clock);
  }

  /**
   * Writes the handover, and has it under a checkpoint when it returns. Workers under the present
   * key may run meanwhile; they sign no more afterwards.
   *
   * @return the present key as a retired one, with the size of its last checkpoint
   * @throws DamagedLogException when the present key may not sign this log
   * @throws IllegalArgumentException when the next key signed this log before
   */
  public TrustedKey handOver(VerifierKey next) {
    if (keys.verifierKeys().contains(next)) {
      throw new IllegalArgumentException("this key signs or signed the log; expected a new one");
    }
    for (int i = 0; i < TRIES; i++) {
      if (integrator.handOver(next)) {
        return new TrustedKey(present.verifierKey(), handedOver(next));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    throw new IllegalStateException("another process integrates without an end");
  }

  private long handedOver(VerifierKey next) {
    return jdbi.withExtension(
        AuditDao.class,
        dao -> {
          Optional<AuditDao.Entry> end = dao.lastEntry();
          return end.filter(
                  entry ->
                      Handover.read(entry.body(), present.verifierKey())
                          .filter(next::equals)
                          .isPresent())
              .map(entry -> entry.idx() + 1)
              .orElseThrow(() -> new DamagedLogException("the log does not end with the handover"));
        });
  }
}
