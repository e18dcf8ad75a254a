package io.countersign.worker.cosigning;

import io.countersign.audit.AddCheckpoint;
import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.SignedNote;
import io.countersign.audit.TreeHash;
import io.countersign.store.anchor.Anchors;
import io.countersign.store.anchor.Cosignatures;
import io.countersign.store.evidence.AuditLog;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks each witness to sign the newest checkpoint; no writer and no integrator waits for it. */
public final class Cosigning {
  private static final Logger LOG = LoggerFactory.getLogger(Cosigning.class);
  private static final int TRIES = 3;

  private final Cosignatures cosignatures;
  private final AuditLog log;
  private final List<WitnessClient> witnesses;
  private final Anchors anchors;
  private final Map<String, Long> known = new HashMap<>();

  /**
   * @param anchors learn what a witness saw, and raise the alarm
   */
  public Cosigning(
      Cosignatures cosignatures, AuditLog log, List<WitnessClient> witnesses, Anchors anchors) {
    this.cosignatures = cosignatures;
    this.log = log;
    this.witnesses = List.copyOf(witnesses);
    this.anchors = anchors;
  }

  /** One round over all witnesses; what fails is told by the anchors, and tried in the next. */
  public void ask() {
    for (WitnessClient witness : witnesses) {
      try {
        ask(witness);
      } catch (IOException e) {
        anchors.failed(witness, "does not answer as a witness");
      } catch (EvidenceException | RuntimeException e) {
        // A driver's message can quote data.
        LOG.warn("the witness {} was not asked: {}", witness, e.getClass().getSimpleName());
      }
    }
  }

  private void ask(WitnessClient witness) throws IOException, EvidenceException {
    Optional<String> newest = cosignatures.newestCheckpoint();
    if (newest.isEmpty()) {
      // An emptied log asks for nothing, and a witness may know better.
      anchors.compareWith(witness);
      return;
    }
    long size = size(newest.get());
    long old =
        known.computeIfAbsent(witness.name(), name -> Math.min(size, cosignatures.newest(name)));
    if (old == size && cosignatures.newest(witness.name()) == size) {
      return;
    }
    for (int i = 0; i < TRIES; i++) {
      Optional<List<TreeHash>> proof = log.consistency(old, size);
      if (proof.isEmpty()) {
        anchors.compareWith(witness);
        return;
      }
      switch (witness.ask(new AddCheckpoint(old, proof.get(), newest.get()))) {
        case WitnessClient.Reply.Cosigned cosigned -> {
          cosignatures.keep(size, witness.name(), cosigned.note());
          known.put(witness.name(), size);
          anchors.confirmed(witness, size);
          return;
        }
        case WitnessClient.Reply.Knows knows -> {
          old = knows.size();
          known.put(witness.name(), old);
          if (old > size) {
            // Another process may have been faster, or the log was set back.
            anchors.compareWith(witness);
            return;
          }
        }
        case WitnessClient.Reply.Refused refused -> {
          anchors.failed(witness, "refuses to sign, status " + refused.status());
          anchors.compareWith(witness);
          return;
        }
      }
    }
    anchors.failed(witness, "changes its mind about what it signed");
  }

  private static long size(String note) throws EvidenceException {
    return Checkpoint.parse(SignedNote.parse(note).text()).size();
  }
}
