package io.countersign.store.verification;

import io.countersign.audit.Handover;
import io.countersign.audit.KeyRing;
import io.countersign.audit.VerifierKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may sign which stretch of a log: a key signs up to the checkpoint that ends with its own
 * handover, and the key that it names there signs from then on.
 */
final class Signers {
  private final KeyRing keys;
  private final Map<VerifierKey, Long> retired = new HashMap<>();
  private @Nullable VerifierKey present;
  private @Nullable VerifierKey next;
  private long handover = -1;

  Signers(KeyRing keys) {
    this.keys = keys;
  }

  /**
   * The next entry of the log.
   *
   * @return what is wrong with it
   */
  Optional<String> entry(long index, String type, String body) {
    if (next != null) {
      return Optional.of(
          "the checkpoint of size %d, with which the retired key ends, is missing"
              .formatted(handover + 1));
    }
    if (Handover.isClaimed(type)) {
      List<VerifierKey> mayBe = present == null ? keys.verifierKeys() : List.of(present);
      for (VerifierKey key : mayBe) {
        Optional<VerifierKey> named = Handover.read(body, key);
        if (named.isPresent()) {
          present = key;
          next = named.get();
          handover = index;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The next checkpoint.
   *
   * @return what is wrong with its signature
   */
  Optional<String> checkpoint(long size, List<VerifierKey> signers) {
    VerifierKey signer = present == null ? signers.getFirst() : present;
    if (!signers.contains(signer)) {
      return Optional.of(stranger(size, signers));
    }
    present = signer;
    if (next != null) {
      retired.put(signer, size);
      present = next;
      next = null;
    }
    return Optional.empty();
  }

  private String stranger(long size, List<VerifierKey> signers) {
    for (VerifierKey signer : signers) {
      Long end = retired.get(signer);
      if (end != null) {
        return "the checkpoint of size %d is signed by a key that was retired at size %d"
            .formatted(size, end);
      }
    }
    return "the checkpoint of size %d is signed by a key that got the log by no handover before it"
        .formatted(size);
  }

  /** The end of the log, which the key that signs now must have reached. */
  Optional<String> end(long size) {
    Optional<VerifierKey> configured = keys.present();
    boolean reached =
        size == 0
            ? keys.keys().size() <= 1
            : configured.isPresent()
                && (Objects.equals(configured.get(), present)
                    || Long.valueOf(size).equals(retired.get(configured.get())));
    return reached
        ? Optional.empty()
        : Optional.of(
            "no entry hands the log over to the present key: the log is older than that key");
  }
}
